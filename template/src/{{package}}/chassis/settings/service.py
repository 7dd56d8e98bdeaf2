"""What a service is set to: one section per room, in one frozen model."""

from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..api.options import ApiOptions
from ..messaging.options import MessagingOptions
from ..observability import TelemetryOptions
from ..stores import ValkeyConfig
from ..worker.options import BrokerOptions, WorkerOptions

Environment = Literal["development", "test", "production"]

# The distribution is named after the package, so no file of the source repeats the name.
_DISTRIBUTION = __name__.partition(".")[0].replace("_", "-")


class ServiceOptions(BaseModel):
    """Which service this is, and where it runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        default=_DISTRIBUTION,
        pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$",
        examples=["order-service"],
        description="Appears in logs and in every Valkey key, so that services can share a server.",
    )
    environment: Environment = Field(
        default="development",
        description="production refuses weak settings and hides the API's documentation pages.",
    )


class ServiceSettings(BaseModel):
    """All sections. The field names are the variables' prefixes: `worker` is read from WORKER_*."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: ServiceOptions = ServiceOptions()
    valkey: ValkeyConfig = ValkeyConfig()
    broker: BrokerOptions = BrokerOptions()
    worker: WorkerOptions = WorkerOptions()
    api: ApiOptions = ApiOptions()
    messaging: MessagingOptions = MessagingOptions()
    telemetry: TelemetryOptions = TelemetryOptions()

    @property
    def key_prefix(self) -> str:
        """What every Valkey key starts with."""
        return self.valkey.key_prefix or self.service.name

    @property
    def is_production(self) -> bool:
        """Whether weak settings are refused."""
        return self.service.environment == "production"


def service_version() -> str:
    """The version of the installed distribution."""
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"
