"""Credit accounts: what was granted is always balance + held + spent."""

import json
from dataclasses import dataclass
from typing import Final

from ..contracts import IdempotencyMismatch
from .calls import Call, Reply, load_script
from .keys import Keys

# A hundred such grants still add up to a number that the scripts' JSON shows exactly.
GRANT_MAXIMUM: Final = 10**12


@dataclass(frozen=True, slots=True)
class CreditAccount:
    """A snapshot of one account, in whole credits."""

    granted: int
    balance: int
    held: int
    spent: int


class CreditLedger:
    """Makes the calls on accounts; holds and commits ride in admission and settlement."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def grant(
        self, tenant: str, user: str, credit_type: str, amount: int, grant_id: str
    ) -> Call[CreditAccount]:
        """Add credits once per grant id, so that a resend adds nothing.

        Running it raises IdempotencyMismatch when the id has granted another amount before.
        """
        if not 1 <= amount <= GRANT_MAXIMUM:
            message = (
                f"a grant of {amount} {credit_type!r} credits is refused: give 1 to {GRANT_MAXIMUM}"
            )
            raise ValueError(message)
        names = self.keys.tenant(tenant)
        keys = (
            names.account(credit_type, user),
            names.holds(credit_type, user),
            names.entries(credit_type, user),
        )
        request = json.dumps({"grant": grant_id, "amount": amount})

        def parse(reply: Reply) -> CreditAccount:
            earlier = json.loads(reply).get("earlier")
            if earlier is not None:
                message = (
                    f"grant id {grant_id!r} has given {earlier} {credit_type!r} credits to "
                    f"{user!r} before, not {amount}; give {amount} under a new id"
                )
                raise IdempotencyMismatch(message)
            return _account(reply)

        return Call(load_script("grant"), keys, (request,), parse)

    def account(self, tenant: str, user: str, credit_type: str) -> Call[CreditAccount]:
        """Read one account; an account that was never granted anything is all zeros."""
        key = self.keys.tenant(tenant).account(credit_type, user)
        return Call(load_script("account"), (key,), ("{}",), _account)


def _account(reply: Reply) -> CreditAccount:
    found = json.loads(reply)
    return CreditAccount(found["granted"], found["balance"], found["held"], found["spent"])
