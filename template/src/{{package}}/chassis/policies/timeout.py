"""`@timeout`: bound each attempt, and all attempts together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..contracts import AttemptTimedOut, DeadlineExceeded, Stage, TaskFailed
from .alarm import run_within
from .chosen import chosen
from .policy import AsyncBody, F, SyncBody, collect
from .surroundings import Surroundings


class TimeoutOptions(BaseModel):
    """Limits in seconds; None is no limit of that kind."""

    model_config = ConfigDict(frozen=True)

    attempt: float | None = Field(default=None, gt=0, le=86_400, description="Of one attempt.")
    total: float | None = Field(default=None, gt=0, le=86_400, description="Of all, with waits.")

    @model_validator(mode="after")
    def _an_attempt_fits_into_the_whole(self) -> Self:
        if self.attempt is not None and self.total is not None and self.attempt > self.total:
            message = f"attempt={self.attempt:g} is above total={self.total:g}"
            raise ValueError(message)
        return self


def limit_at(options: TimeoutOptions, stage: Stage) -> tuple[float | None, TaskFailed]:
    """The limit that counts at a stage, and the error that tells it was reached."""
    if stage is Stage.TOTAL_TIMEOUT:
        message = f"not done within {options.total or 0:g} s, all attempts together"
        return options.total, DeadlineExceeded(message)
    return options.attempt, AttemptTimedOut(f"not done within {options.attempt or 0:g} s")


@dataclass(frozen=True, slots=True)
class Timeout:
    """Cancels an `async def` body; interrupts a `def` body by a signal, in the main thread."""

    options: TimeoutOptions
    name: str = "timeout"
    scope: str = ""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages whose limit is set."""
        stages = (
            (Stage.TOTAL_TIMEOUT, self.options.total),
            (Stage.ATTEMPT_TIMEOUT, self.options.attempt),
        )
        return tuple(stage for stage, limit in stages if limit is not None)

    def around_async(self, stage: Stage, body: AsyncBody, _: Surroundings) -> AsyncBody:
        """Cancel the body at its next await once the limit is reached."""

        async def limited(attempt: int) -> object:
            limit, failure = limit_at(self.options, stage)
            try:
                async with asyncio.timeout(limit) as bound:
                    return await body(attempt)
            except TimeoutError as error:
                # A TimeoutError of the body's own making is the body's failure, not ours.
                if bound.expired():
                    raise failure from error
                raise

        return limited

    def around_sync(self, stage: Stage, body: SyncBody, _: Surroundings) -> SyncBody:
        """Interrupt the body once the limit is reached."""

        def limited(attempt: int) -> object:
            limit, failure = limit_at(self.options, stage)
            return run_within(limit, failure, lambda: body(attempt))

        return limited


def timeout(*, attempt: float | None = None, total: float | None = None) -> Callable[[F], F]:
    """Bound each attempt and all attempts together, in seconds."""
    return collect(Timeout(chosen("timeout", TimeoutOptions, attempt=attempt, total=total)))
