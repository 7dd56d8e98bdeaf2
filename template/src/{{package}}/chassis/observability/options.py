"""How the service reports about itself: the `TELEMETRY_` section of the settings."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LogLevel = Literal["debug", "info", "warning", "error", "critical"]
LogFormat = Literal["json", "console"]
# Empty, or host:port with the host of an IPv6 address in brackets.
Bind = Annotated[str, StringConstraints(pattern=r"^$|^(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):\d{1,5}$")]


class TelemetryOptions(BaseModel):
    """Logs, metrics and health of one process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log_level: LogLevel = Field(default="info", description="The least severe line written.")
    log_format: LogFormat = Field(
        default="json",
        description="json: one object per line, for machines. console: aligned text, for people.",
    )
    redacted_keys: frozenset[str] = Field(
        default=frozenset(),
        max_length=100,
        description="Further field names whose values never appear in a log, such as iban.",
    )
    bind: Bind = Field(
        default="127.0.0.1:9100",
        examples=["127.0.0.1:9100"],
        description="host:port of /metrics, /livez and /readyz; port 0 takes a free one, "
        "an empty value turns them off. Every process on one host needs a port of its own.",
    )
