"""What the policies around one body share: the clock, what they may report, what they must know."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .breakers import Breakers
from .retry_budget import RetryBudgets


def _nobody_counts(_policy: str, _event: str) -> None:
    """A body outside a worker has no metrics."""


@dataclass(slots=True)
class Surroundings:
    """One run of a body with its attempts. Made by whoever runs it, read and marked by policies.

    ``deadline`` is when the total timeout ends on the ``clock`` (seconds, monotonic); None without
    one. ``is_degraded`` says that a fallback made the result, ``is_final`` that it counts all the
    same. With ``runs_once`` a body that was cut off is not repeated. ``breakers`` and ``budgets`` are
    those of the process.
    """

    task: str = ""
    clock: Callable[[], float] = time.monotonic
    record: Callable[[str, str], None] = _nobody_counts
    deadline: float | None = None
    breakers: Breakers = field(default_factory=Breakers)
    budgets: RetryBudgets = field(default_factory=lambda: RetryBudgets(time.monotonic))
    # The arguments of the body, of whatever model its task has.
    args: Any = None
    # What `@last_good` remembers, of the task's own result model.
    last_good: Any = None
    runs_once: bool = False
    is_degraded: bool = False
    is_final: bool = True

    @property
    def seconds_left(self) -> float | None:
        """Until the deadline, 0 behind it; None without one."""
        return None if self.deadline is None else max(0.0, self.deadline - self.clock())
