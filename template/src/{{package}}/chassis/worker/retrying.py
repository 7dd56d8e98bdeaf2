"""Whether and when a failed execution is queued again; its worker is free in between."""

from datetime import timedelta
from typing import Any, Final

from ..contracts import ExecutionState, Task
from .conclude import Conclusion
from .running import Running

DELAY_MAXIMUM: Final = timedelta(days=1)


def is_to_retry(running: Running, conclusion: Conclusion) -> bool:
    """Whether a failure may pass, and the task has retries left."""
    may_pass = conclusion.state is ExecutionState.FAILED and not conclusion.is_permanent
    return may_pass and running.begun.retries < running.task.retries


def retry_delay(task: Task[Any, Any], retries: int) -> timedelta:
    """How long until the next try, after so many; each is twice as long, up to a day."""
    # Bounded before it is multiplied: a hundred doublings are more than a timedelta holds.
    doubled = task.retry_delay.total_seconds() * 2.0 ** min(retries, 40)
    return min(timedelta(seconds=min(doubled, DELAY_MAXIMUM.total_seconds())), DELAY_MAXIMUM)
