"""`@concurrency_limit`: at most so many executions of one subject queued or running at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import Stage
from ..stores import Step, milliseconds
from .chosen import chosen
from .policy import AdmissionCall, F, collect

Whose = Literal["user", "tenant", "task"]


class ConcurrencyLimitOptions(BaseModel):
    """How many at once, for whom, and how long a silent one counts."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(ge=1, le=1_000_000, description="Executions queued or running at once.")
    per: Whose = Field(
        default="user",
        description="Whose executions are counted: each user's of this task, those of all users of "
        "a tenant of this task, or a tenant's of all tasks limited per tenant.",
    )
    lease: timedelta = Field(
        default=timedelta(minutes=10),
        ge=timedelta(seconds=1),
        le=timedelta(days=7),
        description="How long one counts that nobody hears of: while it waits in its queue, or once "
        "its worker is lost. Heartbeats renew it.",
    )


def subject_of(options: ConcurrencyLimitOptions, task: str, user: str) -> tuple[str, str, str]:
    """Who shares the places: what is empty is shared by all of its kind."""
    return (
        options.per,
        "" if options.per == "tenant" else task,
        user if options.per == "user" else "",
    )


@dataclass(frozen=True, slots=True)
class ConcurrencyLimit:
    """Takes a place in admission; settlement gives it back, and the end of its lease does."""

    options: ConcurrencyLimitOptions
    name: str = "concurrency_limit"
    stages: tuple[Stage, ...] = (Stage.CONCURRENCY_LIMIT,)

    @property
    def scope(self) -> str:
        """A task may have one limit for each kind of subject."""
        return self.options.per

    def step(self, call: AdmissionCall) -> Step | None:
        """Take a place among those of the subject."""
        subject = subject_of(self.options, call.task, call.principal.user)
        return Step(
            "concurrency_limit",
            (call.keys.concurrency(*subject),),
            {"limit": self.options.limit, "lease_ms": milliseconds(self.options.lease)},
        )


def concurrency_limit(
    limit: int, *, per: Whose = "user", lease: timedelta = timedelta(minutes=10)
) -> Callable[[F], F]:
    """Refuse a submission while ``limit`` executions of the same subject are queued or running."""
    options = chosen(
        "concurrency_limit", ConcurrencyLimitOptions, limit=limit, per=per, lease=lease
    )
    return collect(ConcurrencyLimit(options))
