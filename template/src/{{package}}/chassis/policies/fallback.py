"""`@fallback`: another answer in place of the final failure, marked as degraded."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import AttemptTimedOut, DeadlineExceeded, Stage, TaskResult
from .chosen import chosen
from .policy import AsyncBody, F, SyncBody, collect
from .surroundings import Surroundings

# A fallback reads one task's own arguments and makes its own result, which the policy cannot name.
Answer = TaskResult | Callable[[Any, Exception], Any]


class FallbackOptions(BaseModel):
    """Which failures it answers, and whether its answer counts."""

    model_config = ConfigDict(frozen=True)

    on: tuple[type[Exception], ...] = Field(
        default=(Exception,), description="The failures that it answers."
    )
    final: bool = Field(
        default=False, description="Whether its answer is kept under the idempotency key."
    )


def answers(options: FallbackOptions, error: Exception) -> bool:
    """Whether a failure is answered. One that ran out of time in all has no time for an answer."""
    return isinstance(error, options.on) and not isinstance(error, DeadlineExceeded)


@dataclass(frozen=True, slots=True)
class Fallback:
    """Answers once all attempts have failed. Its answer is never cached, and costs no credits."""

    options: FallbackOptions
    answer: Answer
    name: str = "fallback"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.FALLBACK,)

    def around_async(self, _: Stage, body: AsyncBody, surroundings: Surroundings) -> AsyncBody:
        """Answer for an `async def` body; the function may be either kind."""

        async def answered(attempt: int) -> object:
            try:
                return await body(attempt)
            except Exception as error:
                if not self._answers(surroundings, error):
                    raise
                found = self._answer(surroundings, error)
                return await found if inspect.isawaitable(found) else found

        return answered

    def around_sync(self, _: Stage, body: SyncBody, surroundings: Surroundings) -> SyncBody:
        """Answer for a `def` body."""

        def answered(attempt: int) -> object:
            try:
                return body(attempt)
            except Exception as error:
                if not self._answers(surroundings, error):
                    raise
                return self._answer(surroundings, error)

        return answered

    def _answers(self, surroundings: Surroundings, error: Exception) -> bool:
        # A body that was cut off, and must not run again, may have done anything: no answer hides it.
        is_cut_off = surroundings.runs_once and isinstance(error, AttemptTimedOut)
        return not is_cut_off and answers(self.options, error)

    def _answer(self, surroundings: Surroundings, error: Exception) -> TaskResult | Awaitable[Any]:
        surroundings.is_degraded, surroundings.is_final = True, self.options.final
        surroundings.record(self.name, "answered")
        if isinstance(self.answer, TaskResult):
            return self.answer
        found: TaskResult | Awaitable[Any] = self.answer(surroundings.args, error)
        return found


def fallback(
    answer: Answer,
    *,
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
    final: bool = False,
) -> Callable[[F], F]:
    """Answer the final failure: by a result, or by a function of the arguments and the error."""
    options = chosen(
        "fallback", FallbackOptions, on=on if isinstance(on, tuple) else (on,), final=final
    )
    return collect(Fallback(options, answer))
