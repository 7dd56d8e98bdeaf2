"""Load shedding: while too much waits, less urgent work is turned away first. On for every task."""

from typing import Final

from ..contracts import Priority
from ..stores import Step

# Of the most that may wait in a queue, the share from which each priority is turned away. What is
# critical is always taken.
SHARES: Final = {Priority.LOW: 0.5, Priority.NORMAL: 0.8, Priority.HIGH: 1.0}
RETRY_AFTER_SECONDS: Final = 5.0


def is_shed(priority: int, waiting: int, maximum: int) -> bool:
    """Whether one more of this priority is too much; a maximum of 0 sheds nothing."""
    share = SHARES.get(Priority(priority))
    return bool(maximum) and share is not None and waiting >= share * maximum


def shedding_step() -> Step:
    """Refuse what nothing earlier answers."""
    numbers: dict[str, int | str] = {
        "verdict": "shed",
        "policy": "load_shedding",
        "retry_after_ms": round(RETRY_AFTER_SECONDS * 1000),
    }
    return Step("gate", (), numbers, owes=False)
