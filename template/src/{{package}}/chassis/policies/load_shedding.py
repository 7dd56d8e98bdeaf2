"""Load shedding: while too much waits, less urgent work is turned away first. On for every task."""

from collections.abc import Sequence
from typing import Final

from ..contracts import Priority
from ..stores import Step

# Of the most that may wait in a queue, the share from which each priority is turned away. What is
# critical is always taken.
SHARES: Final = {Priority.LOW: 0.5, Priority.NORMAL: 0.8, Priority.HIGH: 1.0}

RETRY_AFTER_SECONDS: Final = 5.0
RETRY_AFTER_MAXIMUM_SECONDS: Final = 60.0

# The operations of the stages behind this one: an open circuit, and what would be held.
_BEHIND: Final = frozenset({"gate", "credits"})


def excess(priority: int, waiting: int, maximum: int) -> int:
    """How many have to go before one more of this priority is taken; a maximum of 0 sheds nothing."""
    share = SHARES.get(Priority(priority))
    if not maximum or share is None:
        return 0
    return max(0, waiting + 1 - max(1, int(share * maximum)))


def retry_after_seconds(excess: int, drained_per_second: float) -> float:
    """How long the workers need for the excess; a guess while the queue does not get shorter."""
    if drained_per_second <= 0:
        return RETRY_AFTER_SECONDS
    return min(max(1.0, excess / drained_per_second), RETRY_AFTER_MAXIMUM_SECONDS)


def shed(steps: Sequence[Step], retry_after_seconds: float) -> tuple[Step, ...]:
    """Refuse what no earlier step answers: a replay or a cached answer puts no work into a queue."""
    gate = Step(
        "gate",
        (),
        {
            "verdict": "shed",
            "policy": "load_shedding",
            "retry_after_ms": round(retry_after_seconds * 1000),
        },
        owes=False,
    )
    behind = (place for place, step in enumerate(steps) if step.operation in _BEHIND)
    place = next(behind, len(steps))
    return (*steps[:place], gate, *steps[place:])
