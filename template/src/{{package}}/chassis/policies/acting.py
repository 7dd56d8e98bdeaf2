"""On whose behalf this code runs: what a guarded function knows of its caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from ..contracts import SYSTEM, Principal


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, under which idempotency key, and from which address (empty where there is none)."""

    principal: Principal = SYSTEM
    idempotency_key: str | None = None
    address: str = ""


# Known by its identity: a schedule's body is named as the service, and equals it.
NOBODY: Final = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)


def current_caller() -> Caller:
    """The caller of this context; ``NOBODY``, the service itself, where nobody was named."""
    return _caller.get()


def act_as(caller: Caller) -> None:
    """Name the caller for the rest of this context, as that of one request is."""
    _caller.set(caller)


@contextmanager
def acting_as(
    principal: Principal, *, idempotency_key: str | None = None, address: str = ""
) -> Iterator[None]:
    """Call guarded functions on this principal's behalf inside the block.

    Each function has keys of its own, so one ``idempotency_key`` serves for several of them.
    """
    token = _caller.set(Caller(principal, idempotency_key, address))
    try:
        yield
    finally:
        _caller.reset(token)
