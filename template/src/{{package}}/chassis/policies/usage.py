"""What a guarded call really cost: said by its body, charged in place of the estimate."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..contracts import TaskFailed

_used: ContextVar[dict[str, int] | None] = ContextVar("used", default=None)


@contextmanager
def counting(used: dict[str, int]) -> Iterator[None]:
    """Note here what bodies inside the block say."""
    token = _used.set(used)
    try:
        yield
    finally:
        _used.reset(token)


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
