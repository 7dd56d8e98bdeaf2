"""What a guarded call really cost: said by its body, charged in place of the estimate."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from ..contracts import TaskFailed
from ..stores import Step

R = TypeVar("R")

_used: ContextVar[dict[str, int] | None] = ContextVar("used", default=None)


@contextmanager
def counting(used: dict[str, int]) -> Iterator[None]:
    """Note here what bodies inside the block say."""
    token = _used.set(used)
    try:
        yield
    finally:
        _used.reset(token)


def counting_anew(used: dict[str, int], body: Callable[[int], R]) -> Callable[[int], R]:
    """The body, each attempt of which forgets what the one before has used, as one of a task does."""

    def attempt(number: int) -> R:
        used.clear()
        return body(number)

    return attempt


def use_credits(credit_type: str, amount: int) -> None:
    """Say what this guarded call costs; the last word wins, and tasks say it to their context.

    Raises TaskFailed outside of a guarded call, and for anything but a whole number from 0.
    """
    used = _used.get()
    if used is None:
        message = f"{amount} {credit_type!r} credits were used outside of a guarded call"
        raise TaskFailed(message)
    # Parts of credits would be rounded here and there, and no longer add up.
    if amount != int(amount) or amount < 0:
        message = f"{amount} {credit_type!r} credits were used; say a whole number from 0"
        raise TaskFailed(message)
    used[credit_type] = int(amount)


def refuse_excess(name: str, used: Mapping[str, int], steps: Iterable[Step]) -> None:
    """Raises TaskFailed where more was used than is held, and the overage is to be rejected."""
    for step in steps:
        # By the numbers of its admission: a deploy may have changed those of the policy.
        if step.numbers.get("overage") != "reject":
            continue
        credit_type, held = str(step.numbers["type"]), int(step.numbers["amount"])
        if used.get(credit_type, 0) > held:
            message = (
                f"'{name}' used {used[credit_type]} {credit_type!r} credits and holds {held}; "
                f"estimate more, or choose another overage than 'reject'"
            )
            raise TaskFailed(message)
