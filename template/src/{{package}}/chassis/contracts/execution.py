"""The execution record: the single truth about one submission."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class ExecutionState(StrEnum):
    """Where an execution stands; the last five are terminal."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    DEAD = "dead"


# What may be an execution's id: it becomes a part of keys, channels and paths.
EXECUTION_ID_PATTERN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")

TERMINAL_STATES = frozenset(ExecutionState) - {ExecutionState.QUEUED, ExecutionState.RUNNING}


class Progress(BaseModel):
    """How far a running body has come, as it reports itself."""

    model_config = ConfigDict(frozen=True)

    fraction: float = Field(ge=0, le=1)
    note: str = Field(default="", max_length=200)


class ExecutionError(BaseModel):
    """Why an execution has no result: the error's class name and its redacted message."""

    model_config = ConfigDict(frozen=True)

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """What is known of one delivery.

    ``ended`` is the state that it settled, ``given back`` or ``lost`` (its lease ended, and another
    took over or nobody did); None while it runs.
    """

    delivery: int
    worker: str
    began_at: datetime
    ended: str | None


class Execution(BaseModel):
    """A snapshot of one execution record. Times are the server's, in UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    task: str
    tenant: str
    user: str
    state: ExecutionState
    deliveries: int = Field(description="How often a worker has begun it.")
    progress: Progress | None = None
    result: JsonValue = None
    error: ExecutionError | None = None
    correlation_id: str
    accepted_at: datetime
    started_at: datetime | None = None
    settled_at: datetime | None = None
    lease_until: datetime | None = None
    run_at: datetime | None = Field(
        default=None, description="When a delayed execution is queued; None for one without delay."
    )
    cancel_requested: bool = False
    replay_of: str | None = Field(
        default=None, description="The dead execution that this one repeats."
    )
    replayed_as: str | None = Field(
        default=None, description="The execution that repeats this dead one."
    )

    degraded: bool = Field(
        default=False, description="Whether a fallback made the result instead of the task."
    )

    audience: str = Field(
        default="",
        description="Who else may read it, because its result answers them as well: `tenant`, or "
        "nobody.",
    )

    @property
    def is_settled(self) -> bool:
        """Whether the state is terminal."""
        return self.state in TERMINAL_STATES
