"""`@rate_limit`: at most so many submissions per period, by GCRA on the server's clock."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import PolicyConflict, Stage
from ..stores import Step
from .chosen import chosen
from .policy import AdmissionCall, F, collect

Per = Literal["user", "tenant", "task"]

_PERIOD_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"^([1-9][0-9]{0,8})/(second|minute|hour|day)$")


class RateLimitOptions(BaseModel):
    """How many, per how long, for whom."""

    model_config = ConfigDict(frozen=True)

    count: int = Field(ge=1, le=10**9, description="Submissions per period, in the long run.")
    period_seconds: int = Field(ge=1, le=86_400, description="Length of the period.")
    burst: int = Field(ge=1, le=10**9, description="Submissions at once after a quiet time.")
    cost: int = Field(default=1, ge=1, description="What one submission takes of the allowance.")
    outage_share: float = Field(
        default=0.25,
        gt=0,
        le=1,
        description="What each process lets through of it while the store is away.",
    )
    per: Per = Field(
        default="user",
        description="Whose allowance it is: each user's for this task, one that all users of a "
        "tenant share for this task, or one that a tenant has for all tasks limited per tenant.",
    )


def parse_rate(rate: str) -> tuple[int, int]:
    """Read "100/minute" as a count and a period in seconds."""
    match = _RATE.match(rate)
    if match is None:
        periods = ", ".join(_PERIOD_SECONDS)
        message = f"rate '{rate}' is not of the form '100/minute' (periods: {periods})"
        raise PolicyConflict(message)
    return int(match[1]), _PERIOD_SECONDS[match[2]]


def interval_microseconds(options: RateLimitOptions) -> int:
    """The time one submission takes to be paid back, rounded up: never more than the rate."""
    return -(-options.period_seconds * 1_000_000 // options.count)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Asks the script for one subject's allowance."""

    options: RateLimitOptions
    name: str = "rate_limit"
    stages: tuple[Stage, ...] = (Stage.RATE_LIMIT,)

    @property
    def scope(self) -> str:
        """A task may have one limit for each kind of subject."""
        return self.options.per

    def step(self, call: AdmissionCall) -> Step | None:
        """Take the cost from the subject's allowance."""
        user = call.principal.user if self.options.per == "user" else ""
        task = "" if self.options.per == "tenant" else call.task
        return Step(
            "rate_limit",
            (call.keys.rate(self.options.per, task, user),),
            {
                "interval_us": interval_microseconds(self.options),
                "burst": self.options.burst,
                "cost": self.options.cost,
            },
            owes=False,
        )


def rate_limit(
    rate: str,
    *,
    per: Per = "user",
    burst: int | None = None,
    cost: int = 1,
    outage_share: float = 0.25,
) -> Callable[[F], F]:
    """Refuse submissions beyond ``rate``, for example "100/minute"; ``burst`` defaults to the count."""
    count, period_seconds = parse_rate(rate)
    options = chosen(
        "rate_limit",
        RateLimitOptions,
        count=count,
        period_seconds=period_seconds,
        burst=count if burst is None else burst,
        cost=cost,
        per=per,
        outage_share=outage_share,
    )
    if options.cost > options.burst:
        message = (
            f"rate_limit('{rate}', cost={cost}) can never admit anything: the cost is above the "
            f"burst of {options.burst}; raise the burst or lower the cost"
        )
        raise PolicyConflict(message)
    return collect(RateLimit(options))
