"""`@last_good`: remembers the last result that counts, for the next body to go on from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import Stage
from ..stores import Step, milliseconds
from .chosen import chosen
from .fallback import Fallback, FallbackOptions
from .policy import AdmissionCall, AsyncBody, F, SyncBody, collect
from .surroundings import Surroundings


class LastGoodOptions(BaseModel):
    """How long the last good result is remembered, and whether it answers a failure."""

    model_config = ConfigDict(frozen=True)

    keep: timedelta = Field(
        default=timedelta(days=30),
        ge=timedelta(seconds=1),
        le=timedelta(days=366),
        description="How long it is remembered without a newer one.",
    )
    answers: bool = Field(
        default=True, description="Whether it answers in place of the final failure."
    )


@dataclass(frozen=True, slots=True)
class LastGood:
    """Settlement keeps each success that no fallback made, with its events or not at all.

    The worker reads it before the body runs: ``context.last_good(Model)``. There is one for each
    task and tenant.
    """

    options: LastGoodOptions
    name: str = "last_good"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.FALLBACK,)

    def step(self, call: AdmissionCall) -> Step | None:
        """Owe settlement the keeping of the result; admission itself asks nothing."""
        return Step(
            "last_good",
            (call.keys.last_good(call.task),),
            {"keep_ms": milliseconds(self.options.keep)},
        )

    def around_async(self, stage: Stage, body: AsyncBody, surroundings: Surroundings) -> AsyncBody:
        """Answer for an `async def` body, where there is something to answer with."""
        answer = self._answer(surroundings)
        return body if answer is None else answer.around_async(stage, body, surroundings)

    def around_sync(self, stage: Stage, body: SyncBody, surroundings: Surroundings) -> SyncBody:
        """Answer for a `def` body."""
        answer = self._answer(surroundings)
        return body if answer is None else answer.around_sync(stage, body, surroundings)

    def _answer(self, surroundings: Surroundings) -> Fallback | None:
        if not self.options.answers or surroundings.last_good is None:
            return None
        return Fallback(FallbackOptions(), surroundings.last_good, name=self.name)


def last_good(*, keep: timedelta = timedelta(days=30), answers: bool = True) -> Callable[[F], F]:
    """Remember the last good result; let it answer, marked as degraded, where all attempts failed."""
    return collect(LastGood(chosen("last_good", LastGoodOptions, keep=keep, answers=answers)))
