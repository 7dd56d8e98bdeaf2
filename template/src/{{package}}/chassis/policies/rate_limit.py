"""`@rate_limit`: at most so many submissions per period, by GCRA on the server's clock."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ..contracts import PolicyConflict, Stage, TaskArgs
from ..stores import Step
from .chosen import chosen
from .policy import AdmissionCall, F, collect

Per = Literal["user", "tenant", "ip", "task"]
# A function of the arguments reads one task's own model, which the policy cannot name.
Cost = int | Callable[[Any], int]

_PERIOD_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour|day)")


class RateLimitOptions(BaseModel):
    """How many, per how long, for whom."""

    model_config = ConfigDict(frozen=True)

    rate: str = Field(
        description='Submissions per period in the long run, as in "100/minute".',
        json_schema_extra={"format": "rate"},
    )
    burst: int | None = Field(
        default=None,
        ge=1,
        le=10**9,
        description="Submissions at once after a quiet time; the rate's count unless given.",
    )
    cost: int | None = Field(
        default=1,
        ge=1,
        description="What one submission takes of the allowance; unset where a function says so.",
    )
    outage_share: float = Field(
        default=0.25,
        gt=0,
        le=1,
        description="For guarded functions: what each process lets through while the store is away.",
    )
    per: Per = Field(
        default="user",
        description="Whose allowance it is: each user's for this task, each caller's address's for "
        "this task, one that all users of a tenant share for this task, or one that a tenant has "
        "for all tasks limited per tenant.",
    )

    @field_validator("rate")
    @classmethod
    def _has_the_form_of_a_rate(cls, rate: str) -> str:
        if not _RATE.fullmatch(rate):
            periods = ", ".join(_PERIOD_SECONDS)
            form = f"a count and a period of the form '100/minute' (periods: {periods})"
            raise PydanticCustomError("rate", "{form}", {"form": form})
        return rate

    @model_validator(mode="after")
    def _admits_something(self) -> Self:
        if self.cost is not None and self.cost > self.allowance:
            message = (
                f"rate '{self.rate}' can never admit anything: the cost of {self.cost} is above the "
                f"burst of {self.allowance}; raise the burst or lower the cost"
            )
            raise ValueError(message)
        return self

    @property
    def count(self) -> int:
        """Submissions per period, in the long run."""
        return parse_rate(self.rate)[0]

    @property
    def period_seconds(self) -> int:
        """Length of the period."""
        return parse_rate(self.rate)[1]

    @property
    def allowance(self) -> int:
        """The burst in force."""
        return self.count if self.burst is None else self.burst


@lru_cache(maxsize=1024)
def parse_rate(rate: str) -> tuple[int, int]:
    """Read a rate of the right form as a count and a period in seconds."""
    count, _, period = rate.partition("/")
    return int(count), _PERIOD_SECONDS[period]


def interval_microseconds(options: RateLimitOptions) -> int:
    """The time one submission takes to be paid back, rounded up: never more than the rate."""
    return -(-options.period_seconds * 1_000_000 // options.count)


def taken(options: RateLimitOptions, cost: Cost, args: TaskArgs) -> int:
    """What these arguments take of the allowance, 0 or more; a number in the options has the word."""
    if options.cost is not None:
        return options.cost
    amount = cost if isinstance(cost, int) else cost(args)
    if amount < 0:
        message = f"the cost of these arguments is {amount}; it must be 0 or more"
        raise PolicyConflict(message)
    return amount


def subject_of(options: RateLimitOptions, call: AdmissionCall) -> tuple[str, str] | None:
    """The task (empty: all) and the caller (empty: all) that share an allowance; None for nobody."""
    match options.per:
        case "user":
            return call.task, call.principal.user
        case "ip":
            return (call.task, call.address) if call.address else None
        case "task":
            return call.task, ""
        case "tenant":
            return "", ""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Asks the script for one subject's allowance. ``cost`` is read where the options have none."""

    options: RateLimitOptions
    cost: Cost = 1
    name: str = "rate_limit"
    stages: tuple[Stage, ...] = (Stage.RATE_LIMIT,)

    @property
    def scope(self) -> str:
        """A task may have one limit for each kind of subject."""
        return self.options.per

    def step(self, call: AdmissionCall) -> Step | None:
        """Take the cost from the subject's allowance, unless there is none or no subject."""
        subject = subject_of(self.options, call)
        cost = taken(self.options, self.cost, call.args)
        if subject is None or cost == 0:
            return None
        numbers: dict[str, int | str] = {
            "interval_us": interval_microseconds(self.options),
            "burst": self.options.allowance,
            "cost": cost,
        }
        return Step(
            "rate_limit", (call.keys.rate(self.options.per, *subject),), numbers, owes=False
        )


def rate_limit(
    rate: str,
    *,
    per: Per = "user",
    burst: int | None = None,
    cost: Cost = 1,
    outage_share: float = 0.25,
) -> Callable[[F], F]:
    """Refuse submissions beyond ``rate``, for example "100/minute"; ``burst`` defaults to the count.

    ``cost`` is what one submission takes: a number, or a function of the arguments. A limit per
    ``ip`` concerns submissions that come through the API. ``outage_share`` is what each process
    lets through of calls of guarded functions while Valkey is away.
    """
    fixed = cost if isinstance(cost, int) else None
    options = chosen(
        "rate_limit",
        RateLimitOptions,
        rate=rate,
        burst=burst,
        cost=fixed,
        per=per,
        outage_share=outage_share,
    )
    return collect(RateLimit(options, cost))
