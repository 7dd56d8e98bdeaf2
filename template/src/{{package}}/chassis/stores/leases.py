"""Leases: one process of many leads a role, by the server's clock and with a fencing token."""

from dataclasses import dataclass
from datetime import timedelta

from .calls import Call, Reply, load_script
from .keys import Keys


@dataclass(frozen=True, slots=True)
class Lease:
    """How a lease stands: whether the caller holds it, under which fence, and for how long.

    The fence grows with each new holder: a write under an older one comes too late.
    """

    held: bool
    fence: int
    left_seconds: float


def take_lease(keys: Keys, role: str, holder: str, length: timedelta) -> Call[Lease]:
    """Take the lead of a role where it is free, or renew it. ``holder`` is one process's alone."""
    return _lease(keys, role, holder, round(length.total_seconds() * 1000))


def give_up_lease(keys: Keys, role: str, holder: str) -> Call[Lease]:
    """Let another take over at once; nothing happens when the caller does not lead."""
    return _lease(keys, role, holder, 0)


def _lease(keys: Keys, role: str, holder: str, lease_ms: int) -> Call[Lease]:
    return Call(load_script("lease"), (keys.leader(role),), (holder, str(lease_ms)), _to_lease)


def _to_lease(reply: Reply) -> Lease:
    held, fence, left_ms = reply
    return Lease(bool(held), fence, left_ms / 1000)
