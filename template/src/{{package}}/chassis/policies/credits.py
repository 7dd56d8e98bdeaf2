"""`@credits`: hold an estimate at submission, charge what was used at settlement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import PolicyConflict, Stage, TaskArgs
from ..stores import Step
from .chosen import chosen
from .policy import AdmissionCall, F, collect

# An estimator reads one task's own arguments model, which the policy cannot name.
Estimate = int | Callable[[Any], int]


class CreditsOptions(BaseModel):
    """Which credits, and how many when the estimate is a plain number."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(min_length=1, max_length=64, description="The account's credit type.")
    estimate: int | None = Field(default=None, ge=1, description="Credits held per submission.")


def estimated(estimate: Estimate, args: TaskArgs) -> int:
    """The number of credits to hold for these arguments; at least 1."""
    amount = estimate if isinstance(estimate, int) else estimate(args)
    if amount < 1:
        message = f"the credit estimate for these arguments is {amount}; it must be 1 or more"
        raise PolicyConflict(message)
    return amount


@dataclass(frozen=True, slots=True)
class Credits:
    """Holds in admission; settlement commits a success and releases anything else."""

    options: CreditsOptions
    estimate: Estimate
    name: str = "credits"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.CREDITS,)

    def step(self, call: AdmissionCall) -> Step | None:
        """Hold the estimate on the submitting user's account."""
        credit_type, user = self.options.type, call.principal.user
        return Step(
            "credits",
            (
                call.keys.account(credit_type, user),
                call.keys.holds(credit_type, user),
                call.keys.entries(credit_type, user),
            ),
            {"type": credit_type, "amount": estimated(self.estimate, call.args)},
        )


def credits(credit_type: str, *, estimate: Estimate = 1) -> Callable[[F], F]:
    """Charge the submitting user ``estimate`` credits: a number, or a function of the arguments."""
    fixed = estimate if isinstance(estimate, int) else None
    return collect(
        Credits(chosen("credits", CreditsOptions, type=credit_type, estimate=fixed), estimate)
    )
