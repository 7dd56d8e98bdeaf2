"""The accounts of credits as the routes read them."""

from dataclasses import dataclass

from ..contracts import CreditAccount
from ..stores import AsyncStore, CreditLedger


class CreditAccountView(CreditAccount):
    """One account and whose it is."""

    credit_type: str
    user: str


@dataclass(frozen=True, slots=True)
class CreditDesk:
    """Makes the ledger's calls, and runs them where the accounts are."""

    store: AsyncStore
    ledger: CreditLedger

    async def accounts(
        self, tenant: str, names: tuple[tuple[str, str], ...]
    ) -> tuple[CreditAccountView, ...]:
        """These accounts of the tenant, given as (credit type, user), in one request."""
        calls = [self.ledger.account(tenant, user, credit_type) for credit_type, user in names]
        found = await self.store.run_many(calls) if calls else []
        return tuple(view_of(*name, account) for name, account in zip(names, found, strict=True))


def view_of(credit_type: str, user: str, account: CreditAccount) -> CreditAccountView:
    """An account with its names."""
    return CreditAccountView(credit_type=credit_type, user=user, **account.model_dump())
