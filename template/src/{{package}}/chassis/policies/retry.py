"""`@retry`: run the body again after a failure that may pass, with jittered waits (stamina)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import stamina
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..contracts import AttemptTimedOut, CircuitOpen, ServiceError, Stage, StoreUnavailable
from .chosen import chosen
from .policy import AsyncBody, F, SyncBody, collect
from .surroundings import Surroundings


class RetryOptions(BaseModel):
    """How often and how patiently."""

    model_config = ConfigDict(frozen=True)

    attempts: int = Field(default=3, ge=1, le=100, description="Runs in all, the first included.")
    wait_initial: float = Field(default=0.5, ge=0, le=3600, description="First wait, seconds.")
    wait_max: float = Field(default=30.0, ge=0, le=86_400, description="Longest wait, seconds.")
    wait_jitter: float = Field(default=1.0, ge=0, le=3600, description="Random extra, seconds.")
    on: tuple[type[Exception], ...] = Field(
        default=(Exception,), description="Which errors are worth another attempt."
    )
    budget: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="Whose retries are counted together, such as a dependency; none: no budget.",
    )
    budget_share: float = Field(
        default=0.2, ge=0, le=10, description="Retries that each call adds to the budget."
    )
    budget_per_second: float = Field(
        default=1.0, ge=0, le=10_000, description="Retries that each second adds to it."
    )


def next_try(
    options: RetryOptions, error: Exception, *, seconds_left: float | None, has_waited: bool
) -> bool | float:
    """Whether an error is worth another attempt, or after how many seconds it is.

    A refusal, a passed deadline or an invalid value stays what it is, however often it is tried. An
    open circuit is waited for once, if there is time; without a deadline, up to the longest wait.
    """
    if isinstance(error, CircuitOpen):
        wait_seconds = error.retry_after_seconds
        if wait_seconds is None or has_waited:
            return False
        limit = options.wait_max if seconds_left is None else seconds_left
        return wait_seconds if wait_seconds < limit else False
    if isinstance(error, AttemptTimedOut | StoreUnavailable):
        return True
    if isinstance(error, ServiceError | ValidationError) or not isinstance(error, options.on):
        return False
    said = getattr(error, "retry_after_seconds", None)
    if not isinstance(said, int | float) or said < 0:
        return True
    return float(said) if seconds_left is None or said < seconds_left else False


@dataclass(frozen=True, slots=True)
class Retry:
    """Repeats the body in process; the execution's lease, hold and deadline span all attempts."""

    options: RetryOptions
    name: str = "retry"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.RETRY,)

    def around_async(self, _: Stage, body: AsyncBody, surroundings: Surroundings) -> AsyncBody:
        """Repeat an `async def` body."""

        async def repeated(_attempt: int) -> object:
            async for attempt in self._attempts(surroundings):
                with attempt:
                    return await body(attempt.num)
            raise AssertionError  # stamina returns or raises within the loop

        return repeated

    def around_sync(self, _: Stage, body: SyncBody, surroundings: Surroundings) -> SyncBody:
        """Repeat a `def` body."""

        def repeated(_attempt: int) -> object:
            for attempt in self._attempts(surroundings):
                with attempt:
                    return body(attempt.num)
            raise AssertionError  # stamina returns or raises within the loop

        return repeated

    def _attempts(self, surroundings: Surroundings) -> Any:  # stamina keeps its iterator's type
        options, has_waited, taken = self.options, False, 1
        budget = None
        if options.budget is not None:
            budget = surroundings.budgets.of(
                options.budget, options.budget_share, options.budget_per_second
            )
            budget.pay_in()

        def again(error: Exception) -> bool | float:
            nonlocal has_waited, taken
            found = next_try(
                options, error, seconds_left=surroundings.seconds_left, has_waited=has_waited
            )
            if surroundings.runs_once and isinstance(error, AttemptTimedOut):
                # It was cut off, so nobody knows what it did.
                return False
            if found is False or taken >= options.attempts:
                return False
            if budget is not None and not budget.take():
                surroundings.record(self.name, "budget_exhausted")
                return False
            taken += 1
            has_waited = has_waited or isinstance(error, CircuitOpen)
            return found

        return stamina.retry_context(
            on=again,
            attempts=options.attempts,
            # The total timeout is a policy of its own, which also ends an attempt that hangs.
            timeout=None,
            wait_initial=options.wait_initial,
            wait_max=options.wait_max,
            wait_jitter=options.wait_jitter,
        )


def retry(
    *,
    attempts: int = 3,
    wait_initial: float = 0.5,
    wait_max: float = 30.0,
    wait_jitter: float = 1.0,
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
    budget: str | None = None,
    budget_share: float = 0.2,
    budget_per_second: float = 1.0,
) -> Callable[[F], F]:
    """Run the body up to ``attempts`` times, waiting longer each time (seconds)."""
    options = chosen(
        "retry",
        RetryOptions,
        attempts=attempts,
        wait_initial=wait_initial,
        wait_max=wait_max,
        wait_jitter=wait_jitter,
        on=on if isinstance(on, tuple) else (on,),
        budget=budget,
        budget_share=budget_share,
        budget_per_second=budget_per_second,
    )
    return collect(Retry(options))
