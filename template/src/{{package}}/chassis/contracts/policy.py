"""What a policy is, what a plan is, and the one list that fixes the order in which policies act."""

from enum import IntEnum
from typing import Protocol

from pydantic import BaseModel


class Stage(IntEnum):
    """Where a policy acts. Decorators may be written in any order: this order is what counts.

    Permission comes before anything is read. Admission stages decide inside the one admission
    script, before anything is queued. A duplicate is not new work, so idempotency comes before
    limits; a cached answer costs nothing, yet is a request; credits come last, so nothing that
    could still be refused ever holds them. Protection stages wrap the body in the worker: the total
    timeout spans all attempts, a fallback sees the final failure alone, an open circuit stops a
    retry, and each attempt has its own timeout.
    """

    PERMISSION = 5
    IDEMPOTENCY = 10
    RATE_LIMIT = 20
    CONCURRENCY_LIMIT = 30
    CACHE = 40
    SHEDDING = 45
    CIRCUIT = 50
    CREDITS = 60
    TOTAL_TIMEOUT = 110
    FALLBACK = 120
    RETRY = 130
    CIRCUIT_BREAKER = 140
    ATTEMPT_TIMEOUT = 150


class Policy(Protocol):
    """One frozen rule that a decorator collected; see the policies room for the kinds."""

    @property
    def name(self) -> str:
        """The decorator's name."""

    @property
    def scope(self) -> str:
        """What tells it from another of its name on the same task; empty where one is all."""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Where it acts; a policy may act at more than one stage."""

    @property
    def options(self) -> BaseModel:
        """Its typed numbers."""


class Plan(Protocol):
    """What a task's policies are compiled to; the policies room makes it and knows more of it."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies in the order of their stages."""

    def describe(self) -> tuple[str, ...]:
        """The plan in words, outermost first, one line per stage of each policy."""
