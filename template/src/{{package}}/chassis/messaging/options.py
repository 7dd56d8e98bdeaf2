"""How events are delivered: the `MESSAGING_` section of the settings."""

from datetime import timedelta
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from ..stores import StreamOptions

# The consumer groups of a tenant's stream: the service's own handlers, and the bridge to Pulsar.
HANDLERS_GROUP: Final = "handlers"
BRIDGE_GROUP: Final = "pulsar-bridge"

# Between the end of a handler's time and the next delivery, its outcome is written down.
REDELIVERY_FACTOR = 2.0


class MessagingOptions(BaseModel):
    """Listener, poller, handlers and the bridge to Pulsar."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    handler_concurrency: int = Field(
        default=20, ge=1, le=1000, description="Events that one process handles at a time."
    )
    handler_timeout_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="Seconds a handler may take for one event."
    )
    max_deliveries: int = Field(
        default=5, ge=1, le=100, description="Tries per handler before an event is dead."
    )
    redeliver_after_seconds: float = Field(
        default=60.0,
        gt=0,
        le=86_400,
        description="Seconds after which an event that was taken and not finished is tried again; "
        "at least twice handler_timeout_seconds.",
    )
    handled_retention_hours: float = Field(
        default=24.0,
        ge=1,
        le=720,
        description="Hours for which a handler remembers an event, to recognise duplicates.",
    )
    event_bytes_maximum: int = Field(
        default=262_144, ge=1024, le=8_388_608, description="Largest event, in bytes."
    )
    waiting_events_maximum: int = Field(
        default=100_000,
        ge=1,
        le=10_000_000,
        description="Durable events of one tenant that may wait; beyond, publishing is refused. "
        "What tasks emit is never refused.",
    )
    poll_interval_seconds: float = Field(
        default=5.0, ge=0.05, le=3600, description="Seconds between rounds of the poller, +-20 %."
    )
    silence_seconds: float = Field(
        default=5.0,
        ge=0.1,
        le=300,
        description="Seconds without a message after which the listener asks for a sign of life; "
        "as long again without one, and it connects anew.",
    )
    reconnect_wait_seconds: float = Field(
        default=0.2, gt=0, le=60, description="First wait before connecting anew; doubles."
    )
    reconnect_wait_maximum_seconds: float = Field(
        default=5.0, gt=0, le=300, description="Longest wait before connecting anew."
    )
    grace_seconds: float = Field(
        default=10.0, ge=0, le=3600, description="Seconds that running handlers get at a stop."
    )
    pulsar_url: SecretStr | None = Field(
        default=None,
        description="pulsar:// or pulsar+ssl:// service URL; turns the bridge on where the "
        "pulsar feature is installed.",
    )
    pulsar_topic: str = Field(
        default="persistent://public/default/{tenant}-events",
        description="Topic of a tenant's events; {tenant} is replaced by its name.",
    )
    pulsar_token: SecretStr | None = Field(
        default=None, description="Token that authenticates the bridge to Pulsar."
    )

    @model_validator(mode="after")
    def _events_outlive_their_handlers(self) -> Self:
        least = self.handler_timeout_seconds * REDELIVERY_FACTOR
        if self.redeliver_after_seconds < least:
            message = (
                f"redeliver_after_seconds ({self.redeliver_after_seconds:g}) must be at least "
                f"{least:g}, {REDELIVERY_FACTOR:g} times handler_timeout_seconds "
                f"({self.handler_timeout_seconds:g}), or a slow event would be handled twice at a "
                f"time"
            )
            raise ValueError(message)
        return self


def stream_options(options: MessagingOptions) -> StreamOptions:
    """The part of the options that the scripts need."""
    # Longer than a handler may take, and over before the next delivery: who comes then may run.
    lease_seconds = (options.handler_timeout_seconds + options.redeliver_after_seconds) / 2
    return StreamOptions(
        lease=timedelta(seconds=lease_seconds),
        redeliver_after=timedelta(seconds=options.redeliver_after_seconds),
        retention=timedelta(hours=options.handled_retention_hours),
        max_deliveries=options.max_deliveries,
        event_bytes_maximum=options.event_bytes_maximum,
        waiting_maximum=options.waiting_events_maximum,
        readers=(HANDLERS_GROUP, *((BRIDGE_GROUP,) if options.pulsar_url else ())),
    )
