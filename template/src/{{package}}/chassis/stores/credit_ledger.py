"""Credit accounts: what was granted is always balance + held + spent, and every movement an entry."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ..contracts import CreditAccount, CreditEntry, IdempotencyMismatch
from .arguments import to_json
from .calls import Call, Reply, load_script
from .keys import Keys

# A hundred such grants still add up to a number that the scripts' JSON shows exactly.
GRANT_MAXIMUM: Final = 10**12

# Of one account. The audit drops the oldest beyond it, and a metric counts those.
ENTRIES_MAXIMUM: Final = 1_000_000

# So many holds are added up to check an account; it takes the server less than a millisecond.
_SUMMED_MAXIMUM: Final = 1_000


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """Some of a tenant's accounts as (credit type, user), and the cursor of the next page; `0` ends."""

    cursor: str
    accounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AccountAudit:
    """What a look at one account found and did.

    ``expired`` holds gave their credits back: at most 20 at once. ``dropped`` entries were beyond
    the bound, and ``entries`` are still there.
    """

    is_conserved: bool
    expired: int
    entries: int
    dropped: int


class CreditLedger:
    """Makes the calls on accounts; holds and charges of tasks ride in admission and settlement."""

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

        def parse(reply: Reply) -> CreditAccount:
            found = json.loads(reply)
            earlier = found.get("earlier")
            if earlier is not None:
                message = (
                    f"grant id {grant_id!r} has given {earlier} {credit_type!r} credits to "
                    f"{user!r} before, not {amount}; give {amount} under a new id"
                )
                raise IdempotencyMismatch(message)
            return CreditAccount.model_validate(found)

        keys = self.keys.tenant(tenant).account_keys(credit_type, user)
        request = to_json({"grant": grant_id, "amount": amount})
        return Call(load_script("grant"), keys, (request,), parse)

    def account(self, tenant: str, user: str, credit_type: str) -> Call[CreditAccount]:
        """Read one account; an account that was never granted anything is all zeros."""
        key = self.keys.tenant(tenant).account(credit_type, user)
        return Call(load_script("account"), (key,), ("{}",), CreditAccount.model_validate_json)

    def accounts(self, tenant: str, *, cursor: str = "0", count: int = 100) -> Call[AccountsPage]:
        """Some of the tenant's accounts. One that is opened meanwhile may be missed, or come twice."""
        names = self.keys.tenant(tenant)

        def parse(reply: Reply) -> AccountsPage:
            following, keys = reply
            return AccountsPage(following, tuple(sorted(map(names.account_of, keys))))

        return Call(load_script("credit_accounts"), (names.accounts,), (cursor, str(count)), parse)

    def entries(
        self, tenant: str, user: str, credit_type: str, *, after: str = "", count: int = 100
    ) -> Call[tuple[CreditEntry, ...]]:
        """The account's entries behind the one with the id ``after``, the oldest first."""
        key = self.keys.tenant(tenant).entries(credit_type, user)
        return Call(
            load_script("credit_entries"),
            (key,),
            (str(count), after),
            lambda reply: tuple(_entry(*each) for each in reply),
        )

    def acknowledge(self, tenant: str, user: str, credit_type: str, through: str) -> Call[int]:
        """Forget the entries up to the id ``through``, because billing has them; counts them."""
        key = self.keys.tenant(tenant).entries(credit_type, user)
        milliseconds, _, number = through.partition("-")
        first_kept = f"{milliseconds}-{int(number) + 1}"
        return Call(load_script("acknowledge_entries"), (key,), (first_kept,), int)

    def audit(
        self, tenant: str, user: str, credit_type: str, *, entries_maximum: int = ENTRIES_MAXIMUM
    ) -> Call[AccountAudit]:
        """Expire holds whose time has passed, check that the account adds up, bound its entries."""
        keys = self.keys.tenant(tenant).account_keys(credit_type, user)
        request = {"summed_maximum": _SUMMED_MAXIMUM, "entries_maximum": entries_maximum}

        def parse(reply: Reply) -> AccountAudit:
            found = json.loads(reply)
            return AccountAudit(
                found["conserved"], found["expired"], found["entries"], found["dropped"]
            )

        return Call(load_script("audit_account"), keys, (to_json(request),), parse)


def _entry(entry_id: str, fields: list[str]) -> CreditEntry:
    found = dict(zip(fields[::2], fields[1::2], strict=True))
    # Entries of an earlier version name only executions, and charged whatever they could.
    reference = found.pop("execution", "")
    at = datetime.fromtimestamp(int(entry_id.partition("-")[0]) / 1000, UTC)
    return CreditEntry.model_validate(
        {"id": entry_id, "at": at, "reference": reference, "uncharged": 0, **found}
    )
