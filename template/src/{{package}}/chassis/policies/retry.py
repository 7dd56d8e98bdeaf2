"""`@retry`: run the body again after a failure that may pass, with jittered waits (stamina)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import stamina
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..contracts import AttemptTimedOut, ServiceError, Stage, StoreUnavailable
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


def is_worth_retrying(options: RetryOptions, error: Exception) -> bool:
    """A refusal, a passed deadline or an invalid value stays what it is, however often it is tried."""
    if isinstance(error, AttemptTimedOut | StoreUnavailable):
        return True
    if isinstance(error, ServiceError | ValidationError):
        return False
    return isinstance(error, options.on)


@dataclass(frozen=True, slots=True)
class Retry:
    """Repeats the body in process; the execution's lease, hold and deadline span all attempts."""

    options: RetryOptions
    name: str = "retry"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.RETRY,)

    def around_async(self, _: Stage, body: AsyncBody, surroundings: Surroundings) -> AsyncBody:  # noqa: ARG002 - used by the budget
        """Repeat an `async def` body."""

        async def repeated(_attempt: int) -> object:
            async for attempt in self._attempts():
                with attempt:
                    return await body(attempt.num)
            raise AssertionError  # stamina returns or raises within the loop

        return repeated

    def around_sync(self, _: Stage, body: SyncBody, surroundings: Surroundings) -> SyncBody:  # noqa: ARG002 - used by the budget
        """Repeat a `def` body."""

        def repeated(_attempt: int) -> object:
            for attempt in self._attempts():
                with attempt:
                    return body(attempt.num)
            raise AssertionError  # stamina returns or raises within the loop

        return repeated

    def _attempts(self) -> Any:  # stamina keeps the type of its iterator private
        return stamina.retry_context(
            on=lambda error: is_worth_retrying(self.options, error),
            attempts=self.options.attempts,
            # The total timeout is a policy of its own, which also ends an attempt that hangs.
            timeout=None,
            wait_initial=self.options.wait_initial,
            wait_max=self.options.wait_max,
            wait_jitter=self.options.wait_jitter,
        )


def retry(
    *,
    attempts: int = 3,
    wait_initial: float = 0.5,
    wait_max: float = 30.0,
    wait_jitter: float = 1.0,
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
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
    )
    return collect(Retry(options))
