"""Repairs executions whose message or worker was lost: queue again, or end what is beyond it."""

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass
from typing import Any, Literal

from valkey.asyncio import Valkey as AsyncValkey
from valkey.exceptions import ResponseError

from ..contracts import Task
from ..observability import Metrics, bind_context, get_secure_logger
from ..stores import AsyncStore, Ledger, Push, Recalled, Republished, each_tenant
from .burial import bury, deliveries_are_spent, task_is_unknown
from .message import Messages
from .options import WorkerOptions
from .outages import ROUND_FAILURES, warn_of
from .registry import Registry

Repair = Literal["republished", "taken_over", "buried"]

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round found and did, over all tenants."""

    open: int = 0
    overdue: int = 0
    republished: int = 0
    taken_over: int = 0
    buried: int = 0

    def __add__(self, other: "Round") -> "Round":
        return Round(
            self.open + other.open,
            self.overdue + other.overdue,
            self.republished + other.republished,
            self.taken_over + other.taken_over,
            self.buried + other.buried,
        )


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
        self._messages = messages
        self._registry = registry
        self._options = options
        self._metrics = metrics
        self._broker = broker

    async def run(self, stop: asyncio.Event) -> None:
        """Reconcile until ``stop`` is set; an outage ends a round, not the loop."""
        while not stop.is_set():
            try:
                await self.run_once()
            except ROUND_FAILURES as error:
                warn_of(_log, "round of the reconciler failed; the next one tries again", error)
            await _pause(stop, self._options.reconcile_interval_seconds)

    async def run_once(self) -> Round:
        """One page of every tenant."""
        total = Round()
        async for tenant in each_tenant(self._store, self._ledger.keys):
            try:
                total += await self._look_after(tenant)
            except ResponseError:
                # What this tenant has is broken (a key of another type); others wait behind it.
                _log.exception("tenant not looked after", tenant=tenant)
        self._metrics.set_executions(open_=total.open, overdue=total.overdue)
        return total

    async def _look_after(self, tenant: str) -> Round:
        found = await self._store.run(self._ledger.overdue(tenant, self._options.reconcile_page))
        total = Round(open=found.open, overdue=found.overdue)
        for execution_id in found.execution_ids:
            with bind_context(execution_id=execution_id, tenant=tenant):
                total += await self._repair(execution_id, tenant)
        return total

    async def _repair(self, execution_id: str, tenant: str) -> Round:
        recalled = await self._store.run(self._ledger.recall(execution_id, tenant))
        if recalled is None:
            # It expired: nothing to push, but its due time is to be forgotten.
            await self._store.run(self._ledger.republish(execution_id, tenant))
            return Round()
        found = await self._republish(execution_id, tenant, recalled)
        match found.verdict:
            case "republished":
                repair: Repair = "taken_over" if found.was == "running" else "republished"
                return self._report(repair, recalled)
            case "exhausted" | "unknown":
                await self._bury(execution_id, tenant, recalled, found)
                return self._report("buried", recalled)
            case _:
                # Settled, or moved on by another reconciler, between the page and now.
                return Round()

    async def _republish(self, execution_id: str, tenant: str, recalled: Recalled) -> Republished:
        known = self._registry.find(recalled.task)
        push = self._push(execution_id, tenant, recalled, known)
        if self._broker is not None:
            # Before its due time moves on: a copy too many is dropped, one too few waits for hours.
            await _pushed(self._broker, push.queue_key, push.message)
        return await self._store.run(
            self._ledger.republish(
                execution_id,
                tenant,
                push if self._broker is None else None,
                unknown_patience=None if known else self._options.unknown_task_patience,
            )
        )

    async def _bury(
        self, execution_id: str, tenant: str, recalled: Recalled, found: Republished
    ) -> None:
        if found.verdict == "unknown":
            reason = task_is_unknown(recalled.task, self._options.unknown_task_patience)
        else:
            reason = deliveries_are_spent(found.deliveries)
        await self._store.run(
            bury(
                self._ledger,
                execution_id,
                tenant,
                reason,
                fence=found.fence,
                steps=found.settlement,
            )
        )

    def _push(
        self, execution_id: str, tenant: str, recalled: Recalled, known: Task[Any, Any] | None
    ) -> Push:
        # A deploy may have moved the task to another queue; the old one then has no consumer.
        return self._messages.push(
            task=recalled.task,
            queue=known.queue if known else recalled.queue,
            priority=known.priority if known else recalled.priority,
            execution_id=execution_id,
            tenant=tenant,
            enqueued_ms=time.time_ns() // 1_000_000,
            correlation_id=recalled.correlation_id,
            traceparent=recalled.traceparent,
        )

    def _report(self, repair: Repair, recalled: Recalled) -> Round:
        self._metrics.record_repair(repair)
        _log.warning(
            "execution repaired",
            repair=repair,
            task=recalled.task,
            is_known=recalled.task in self._registry,
        )
        return Round(
            republished=repair == "republished",
            taken_over=repair == "taken_over",
            buried=repair == "buried",
        )


async def _pushed(broker: AsyncValkey, queue_key: str, message: str) -> None:
    # The client types its answer for sync and async alike.
    answer: Any = broker.lpush(queue_key, message)
    await answer


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait with jitter, so that reconcilers started together spread out."""
    with contextlib.suppress(TimeoutError):
        # Spreads load; guards no secret.
        await asyncio.wait_for(stop.wait(), seconds * random.uniform(0.8, 1.2))  # noqa: S311
