"""Repairs one page of overdue executions in a few requests: queue them again, or end them."""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal, TypeVar

from valkey.asyncio import Valkey as AsyncValkey
from valkey.exceptions import ResponseError

from ..observability import Metrics, get_secure_logger
from ..stores import AsyncStore, Call, Ledger, Push, Recalled, Republished, parsed
from .burial import bury, call_off, deliveries_are_spent, leave_unknown, task_is_unknown
from .message import Messages
from .options import WorkerOptions
from .registry import Registry

T = TypeVar("T")
Action = Literal["queued", "republished", "taken_over", "cancelled", "uncertain", "buried"]

# What is done by putting one back into its queue, by what it was before.
_REPUBLISHED: Final[Mapping[str, Action]] = {"delayed": "queued", "running": "taken_over"}
# What is done by settling one that is not to run (again), by the verdict on it.
_SETTLED: Final[Mapping[str, Action]] = {
    "cancelling": "cancelled",
    "uncertain": "uncertain",
    "exhausted": "buried",
    "unknown": "buried",
}

# What a broken record, or key of another type, makes of a call or of its reply.
UNREADABLE: Final = (ResponseError, ValueError, TypeError, KeyError)

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round found and did, over all tenants.

    ``left`` is what is still overdue behind it; ``next_seconds`` is when more is due.
    """

    open: int = 0
    overdue: int = 0
    dead: int = 0
    queued: int = 0
    republished: int = 0
    taken_over: int = 0
    cancelled: int = 0
    uncertain: int = 0
    buried: int = 0
    left: int = 0
    next_seconds: float | None = None

    def __add__(self, other: "Round") -> "Round":
        counts = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in fields(self)
            if field.name != "next_seconds"
        }
        waits = (self.next_seconds, other.next_seconds)
        return Round(**counts, next_seconds=min((w for w in waits if w is not None), default=None))


class Repairs:
    """Does what the scripts say about each execution of a page. Safe beside another doing the same."""

    def __init__(
        self,
        store: AsyncStore,
        ledger: Ledger,
        messages: Messages,
        registry: Registry,
        options: WorkerOptions,
        metrics: Metrics,
        broker: AsyncValkey | None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._messages = messages
        self._registry = registry
        self._options = options
        self._metrics = metrics
        self._broker = broker

    async def repair(self, tenant: str, execution_ids: Sequence[str]) -> Round:
        """Look after each of them; one that is broken is logged and left as it is."""
        records = await self._each(
            tenant, {each: self._ledger.recall(each, tenant) for each in execution_ids}
        )
        pushes = {
            each: self._push(tenant, each, record)
            for each, record in records.items()
            # A direct call has no queue: nobody but its process could run it.
            if record and record.queue
        }
        suspects = {each for each in pushes if self._is_suspect(records[each])}
        # Before their due times move on: a copy too many is dropped, one too few waits for hours.
        await self._push_apart(push for each, push in pushes.items() if each not in suspects)
        found = await self._each(
            tenant,
            {
                each: self._republish(tenant, each, record, pushes.get(each))
                for each, record in records.items()
            },
        )
        # No worker takes these before they are let go, so an earlier copy would be lost.
        await self._push_apart(pushes[each] for each in suspects if _is_let_go(found.get(each)))
        ends = await self._each(
            tenant,
            {
                each: self._ending(tenant, each, record, found[each])
                for each, record in records.items()
                if record and each in found and found[each].verdict in _SETTLED
            },
        )
        total = Round(left=len(execution_ids) - len(found))
        for each, answer in found.items():
            action = _action(answer, ends.get(each))
            if action is not None:
                total += self._report(tenant, each, records[each], action)
        return total

    async def _each(self, tenant: str, calls: Mapping[str, Call[T]]) -> dict[str, T]:
        """Run one call per execution, all in one request; those that are refused are left out."""
        answers: dict[str, T] = {}
        replies = await self._store.replies(tuple(calls.values())) if calls else []
        for (execution_id, call), reply in zip(calls.items(), replies, strict=True):
            try:
                answers[execution_id] = parsed(call, reply)
            except UNREADABLE:
                _log.exception("execution not repaired", execution_id=execution_id, tenant=tenant)
        return answers

    def _push(self, tenant: str, execution_id: str, record: Recalled) -> Push:
        # A deploy may have moved the task to another queue; the old one then has no consumer.
        known = self._registry.find(record.task)
        return self._messages.push(
            task=record.task,
            queue=known.queue if known else record.queue,
            priority=known.priority if known else record.priority,
            execution_id=execution_id,
            tenant=tenant,
            enqueued_ms=time.time_ns() // 1_000_000,
            correlation_id=record.correlation_id,
            traceparent=record.traceparent,
        )

    def _is_suspect(self, record: Recalled | None) -> bool:
        # As the script sees it.
        return record is not None and (
            0 < record.deliveries == self._ledger.options.max_deliveries - 1
        )

    async def _push_apart(self, pushes: Iterable[Push]) -> None:
        """Push what the scripts cannot, because the broker is another server."""
        if self._broker is None:
            return
        pipeline = self._broker.pipeline(transaction=False)
        for push in pushes:
            pipeline.lpush(push.queue_key, push.message)
        await pipeline.execute()

    def _republish(
        self, tenant: str, execution_id: str, record: Recalled | None, push: Push | None
    ) -> Call[Republished]:
        # Of a record that has expired only the due time is left, and is forgotten.
        is_known = record is None or self._registry.find(record.task) is not None
        return self._ledger.republish(
            execution_id,
            tenant,
            push if self._broker is None else None,
            unknown_patience=None if is_known else self._options.unknown_task_patience,
        )

    def _ending(
        self, tenant: str, execution_id: str, record: Recalled, found: Republished
    ) -> Call[str]:
        fence, steps = found.fence, found.settlement
        if found.verdict == "cancelling":
            return call_off(self._ledger, execution_id, tenant, fence=fence, steps=steps)
        if found.verdict == "uncertain":
            return leave_unknown(self._ledger, execution_id, tenant, fence=fence, steps=steps)
        if found.verdict == "unknown":
            reason = task_is_unknown(record.task, self._options.unknown_task_patience)
        else:
            reason = deliveries_are_spent(found.deliveries)
        return bury(self._ledger, execution_id, tenant, reason, fence=fence, steps=steps)

    def _report(
        self, tenant: str, execution_id: str, record: Recalled | None, action: Action
    ) -> Round:
        self._metrics.record_reconciled(action)
        task = record.task if record else ""
        # That a delayed one is queued is its ordinary course.
        _log.log(
            logging.INFO if action == "queued" else logging.WARNING,
            "execution reconciled",
            action=action,
            task=task,
            is_known=self._registry.find(task) is not None,
            execution_id=execution_id,
            tenant=tenant,
        )
        return Round(**{action: 1})


def _action(found: Republished, ended: str | None) -> Action | None:
    """What was done; nothing where it was settled, or moved on by another, meanwhile."""
    if found.verdict == "republished":
        return _REPUBLISHED.get(found.was, "republished")
    return _SETTLED.get(found.verdict) if ended == "settled" else None


def _is_let_go(found: Republished | None) -> bool:
    return found is not None and found.verdict == "republished"
