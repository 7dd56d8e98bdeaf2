"""What a policy is, and the one list that fixes the order in which policies act."""

from enum import IntEnum
from typing import Protocol

from pydantic import BaseModel


class Stage(IntEnum):
    """Where a policy acts. Decorators may be written in any order: this order is what counts.

    Admission stages decide inside the one admission script, before anything is queued. A duplicate
    is not new work, so idempotency comes before limits; credits come last, so nothing that could
    still be refused ever holds them. Protection stages wrap the body in the worker: the total
    timeout spans all attempts, and each attempt has its own.
    """

    IDEMPOTENCY = 10
    RATE_LIMIT = 20
    CREDITS = 60
    TOTAL_TIMEOUT = 110
    RETRY = 130
    ATTEMPT_TIMEOUT = 150


class Policy(Protocol):
    """One frozen rule that a decorator collected; see the policies room for the kinds."""

    @property
    def name(self) -> str:
        """The decorator's name."""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Where it acts; a policy may act at more than one stage."""

    @property
    def options(self) -> BaseModel:
        """Its typed numbers."""
