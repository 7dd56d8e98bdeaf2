"""Looks after executions that are due: delayed ones, and those whose message or worker was lost."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace

from valkey.asyncio import Valkey as AsyncValkey
from valkey.exceptions import ResponseError

from ..contracts import DeadLetterKind
from ..observability import Metrics, get_secure_logger
from ..stores import AsyncStore, Ledger, Overdue, parsed, tenants_by_page
from .message import Messages
from .options import WorkerOptions
from .registry import Registry
from .repair import Repairs, Round
from .rounds import ROUND_FAILURES, pause, warn_of

# However soon the next one is due, others of the service want the server too.
PAUSE_MINIMUM_SECONDS = 0.05

_log = get_secure_logger(__name__)


class Reconciler:
    """Looks after overdue executions, page by page. Any number may run: the scripts agree.

    ``broker`` is the broker's client when it is another server than the ledger's.
    """

    def __init__(
        self,
        store: AsyncStore,
        ledger: Ledger,
        messages: Messages,
        registry: Registry,
        options: WorkerOptions,
        metrics: Metrics,
        broker: AsyncValkey | None = None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._options = options
        self._metrics = metrics
        self._repairs = Repairs(store, ledger, messages, registry, options, metrics, broker)

    async def run(self, stop: asyncio.Event) -> None:
        """Reconcile until ``stop`` is set; an outage ends a round, not the loop."""
        while not stop.is_set():
            next_seconds = None
            try:
                next_seconds = (await self.run_once()).next_seconds
            except ROUND_FAILURES as error:
                warn_of(_log, "round of the reconciler failed; the next one tries again", error)
            # Spreads reconcilers that started together; guards no secret.
            jitter = random.uniform(0.8, 1.2)  # noqa: S311
            interval_seconds = self._options.reconcile_interval_seconds * jitter
            await pause(stop, pause_seconds(next_seconds, interval_seconds))

    async def run_once(self) -> Round:
        """What is overdue of every tenant, up to the pages that the options allow to each."""
        total = Round()
        async for tenants in tenants_by_page(self._store, self._ledger.keys):
            total += await self._look_after(tenants)
        # Not what was found: with delayed executions, something has just become due at any time.
        self._metrics.set_executions(open_=total.open, overdue=total.left)
        self._metrics.set_dead_letters(DeadLetterKind.EXECUTIONS, total.dead)
        return total

    async def _look_after(self, tenants: Sequence[str]) -> Round:
        """Ask for the first page of all in one request: most of them have nothing overdue."""
        total = Round()
        calls = [self._ledger.overdue(tenant, self._options.reconcile_page) for tenant in tenants]
        replies = await self._store.replies(calls)
        for tenant, call, reply in zip(tenants, calls, replies, strict=True):
            try:
                total += await self._work_through(tenant, parsed(call, reply))
            except ResponseError:
                # What this tenant has is broken (a key of another type); others wait behind it.
                _log.exception("tenant not looked after", tenant=tenant)
        return total

    async def _work_through(self, tenant: str, found: Overdue) -> Round:
        total = Round(open=found.open, overdue=found.overdue, dead=found.dead)
        for place in range(1, self._options.reconcile_pages + 1):
            done = await self._repairs.repair(tenant, found.execution_ids)
            behind = found.overdue - len(found.execution_ids)
            total = replace(total + done, left=behind + done.left)
            if len(found.execution_ids) < self._options.reconcile_page:
                return total + Round(next_seconds=found.next_seconds)
            if place < self._options.reconcile_pages:
                call = self._ledger.overdue(tenant, self._options.reconcile_page)
                found = await self._store.run(call)
        # More than the bound: other tenants first, then back here without a pause.
        return total + Round(next_seconds=0.0)


def pause_seconds(next_seconds: float | None, interval_seconds: float) -> float:
    """How long to wait: until the next one is due, but no longer than the interval."""
    if next_seconds is None:
        return interval_seconds
    return min(interval_seconds, max(PAUSE_MINIMUM_SECONDS, next_seconds))
