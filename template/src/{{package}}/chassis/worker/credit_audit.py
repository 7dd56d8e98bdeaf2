"""Looks at every credit account again and again: expired holds go back, and the numbers add up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from valkey.exceptions import ResponseError

from ..observability import Metrics, describe_error, get_secure_logger
from ..stores import (
    AccountAudit,
    AccountsPage,
    AsyncStore,
    Call,
    CreditLedger,
    parsed,
    tenants_by_page,
)
from .rounds import ROUND_FAILURES, pause, warn_of

# Accounts looked at in one request.
PAGE_SIZE: Final = 100

# So that a pass over a great many accounts leaves the server to the others.
PAUSE_SECONDS: Final = 0.1

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class AuditPass:
    """What one pass over all accounts has found; ``entries`` are the most that any account has."""

    accounts: int = 0
    violations: int = 0
    entries: int = 0


class CreditAudit:
    """Reports on all accounts of all tenants. Any number of them may run."""

    def __init__(
        self,
        store: AsyncStore,
        ledger: CreditLedger,
        metrics: Metrics,
        *,
        interval_seconds: float = 30.0,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._metrics = metrics
        self._interval_seconds = interval_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Pass over them until ``stop`` is set; an outage ends a pass, not the loop."""
        while not stop.is_set():
            try:
                await self.run_once()
            except ROUND_FAILURES as error:
                warn_of(_log, "credit accounts not looked at; the next pass tries again", error)
            await pause(stop, self._interval_seconds)

    async def run_once(self) -> AuditPass:
        """One pass over all accounts there are."""
        total = AuditPass()
        async for tenant, accounts in self._pages():
            total = await self._look_at(tenant, accounts, total)
        self._metrics.set_credits(
            accounts=total.accounts, violations=total.violations, entries=total.entries
        )
        return total

    async def _pages(self) -> AsyncIterator[tuple[str, tuple[tuple[str, str], ...]]]:
        async for tenants in tenants_by_page(self._store, self._ledger.keys):
            # Most tenants have a page at most, so the first ones of all come in one request.
            calls = [self._ledger.accounts(tenant, count=PAGE_SIZE) for tenant in tenants]
            replies = await self._store.replies(calls)
            for tenant, call, reply in zip(tenants, calls, replies, strict=True):
                async for accounts in self._pages_of(tenant, call, reply):
                    yield tenant, accounts

    async def _pages_of(
        self, tenant: str, call: Call[AccountsPage], reply: object
    ) -> AsyncIterator[tuple[tuple[str, str], ...]]:
        try:
            page = parsed(call, reply)
            while page.accounts or page.cursor != "0":
                yield page.accounts
                if page.cursor == "0":
                    return
                await asyncio.sleep(PAUSE_SECONDS)
                following = self._ledger.accounts(tenant, cursor=page.cursor, count=PAGE_SIZE)
                page = await self._store.run(following)
        except ResponseError as error:
            # This tenant's keys are broken (another type, no permission); others wait behind it.
            _log.error("accounts not listed", tenant=tenant, error=describe_error(error))

    async def _look_at(
        self, tenant: str, accounts: tuple[tuple[str, str], ...], total: AuditPass
    ) -> AuditPass:
        calls = [self._ledger.audit(tenant, user, credit_type) for credit_type, user in accounts]
        replies = await self._store.replies(calls) if calls else []
        for account, call, reply in zip(accounts, calls, replies, strict=True):
            try:
                total = self._noted(tenant, *account, parsed(call, reply), total)
            except ResponseError as error:
                credit_type, user = account
                _log.error(
                    "account not looked at",
                    tenant=tenant,
                    user=user,
                    credit_type=credit_type,
                    error=describe_error(error),
                )
        return total

    def _noted(
        self, tenant: str, credit_type: str, user: str, audit: AccountAudit, total: AuditPass
    ) -> AuditPass:
        self._metrics.record_audit(expired=audit.expired, dropped=audit.dropped)
        known = {"tenant": tenant, "user": user, "credit_type": credit_type}
        if not audit.is_conserved:
            _log.error("credits do not add up; `credits show` tells the account", **known)
        if audit.dropped:
            _log.error("credit entries dropped before they were exported", **known)
        return AuditPass(
            accounts=total.accounts + 1,
            violations=total.violations + (not audit.is_conserved),
            entries=max(total.entries, audit.entries),
        )
