"""`@credits`: hold an estimate at submission, charge what was used at settlement."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..contracts import PolicyConflict, Stage, TaskArgs
from ..stores import HOLD_GRACE, Step, milliseconds
from .chosen import chosen
from .policy import AdmissionCall, F, collect

# An estimator reads one task's own arguments model, which the policy cannot name.
Estimate = int | Callable[[Any], int]
Overage = Literal["reject", "charge_available", "overdraft"]


class CreditsOptions(BaseModel):
    """Which credits, how many, and what follows when the work costs more or fails."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(min_length=1, max_length=64, description="The account's credit type.")
    estimate: int | None = Field(default=None, ge=1, description="Credits held per submission.")
    overage: Overage = Field(
        default="charge_available",
        description="Above the estimate: fail the execution (reject), charge as far as the balance "
        "goes, or charge beyond it (overdraft).",
    )
    overdraft_limit: int = Field(
        default=0, ge=0, description="How far below 0 the balance may go, for holds and charges."
    )
    failure_price: int = Field(default=0, ge=0, description="Credits charged when the task fails.")
    hold_for: timedelta = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=1),
        le=timedelta(days=90),
        description="How long a hold is kept behind its submission, or the last sign of life.",
    )

    @model_validator(mode="after")
    def _overdraft_has_a_limit(self) -> "CreditsOptions":
        if (self.overage == "overdraft") != (self.overdraft_limit > 0):
            message = (
                f"overage={self.overage!r} and overdraft_limit={self.overdraft_limit} do not fit: "
                f"an overdraft needs a limit of 1 or more, and nothing else has one"
            )
            raise ValueError(message)
        return self


def estimated(estimate: Estimate, args: TaskArgs) -> int:
    """The number of credits to hold for these arguments; at least 1, and whole."""
    amount = estimate if isinstance(estimate, int) else estimate(args)
    if amount != int(amount) or amount < 1:
        message = f"the credit estimate for these arguments is {amount}; say 1 or more, whole"
        raise PolicyConflict(message)
    return amount


def hold_numbers(options: CreditsOptions, amount: int, delay: timedelta) -> dict[str, int | str]:
    """What the scripts are told of one hold; what is left out is nothing."""
    numbers: dict[str, int | str] = {
        "type": options.type,
        "amount": amount,
        "keep_ms": milliseconds(options.hold_for + HOLD_GRACE),
    }
    if options.overage == "reject":
        numbers["overage"] = "reject"
    if options.overdraft_limit:
        numbers["overdraft"] = options.overdraft_limit
    if options.failure_price:
        numbers["failure_price"] = options.failure_price
    if delay:
        numbers["delay_ms"] = milliseconds(delay)
    return numbers


@dataclass(frozen=True, slots=True)
class Credits:
    """Holds in admission; settlement charges a success, and a failure its price."""

    options: CreditsOptions
    estimate: Estimate
    name: str = "credits"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.CREDITS,)

    def amount(self, args: TaskArgs) -> int:
        """What a submission with these arguments holds; a number in the options goes first."""
        return estimated(self.options.estimate or self.estimate, args)

    def step(self, call: AdmissionCall) -> Step | None:
        """Hold the estimate on the submitting user's account."""
        return Step(
            "credits",
            call.keys.account_keys(self.options.type, call.principal.user),
            hold_numbers(self.options, self.amount(call.args), call.delay),
        )


def credits(
    credit_type: str,
    *,
    estimate: Estimate = 1,
    overage: Overage = "charge_available",
    overdraft_limit: int = 0,
    failure_price: int = 0,
    hold_for: timedelta = timedelta(hours=24),
) -> Callable[[F], F]:
    """Charge the submitting user ``estimate`` credits: a number, or a function of the arguments.

    What the body says by `context.use_credits` is charged instead. See `CreditsOptions`.
    """
    options = chosen(
        "credits",
        CreditsOptions,
        type=credit_type,
        estimate=estimate if isinstance(estimate, int) else None,
        overage=overage,
        overdraft_limit=overdraft_limit,
        failure_price=failure_price,
        hold_for=hold_for,
    )
    return collect(Credits(options, estimate))
