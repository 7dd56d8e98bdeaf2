"""Submits tasks: plan, admit in one request, and hand out a handle."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from valkey import Valkey
from valkey.asyncio import Valkey as AsyncValkey
from valkey.exceptions import ValkeyError

from ..contracts import SYSTEM, Accepted, Principal, Task, TaskArgs, Verdict
from ..contracts.task import A, R
from ..observability import Metrics, get_secure_logger
from ..stores import Admission, AsyncStore, Ledger, Store, register_tenant
from .handles import AsyncTaskHandle, TaskHandle
from .planning import Asked, Planned, Planner, lease_left, refusal

# A process that meets more tenants than this registers some of them again.
KNOWN_TENANTS_MAXIMUM = 10_000

_log = get_secure_logger(__name__)


class Submitter:
    """Submits from sync code. ``broker`` is the broker's client when it is another server."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        planner: Planner,
        metrics: Metrics,
        broker: Valkey | None = None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._planner = planner
        self._metrics = metrics
        self._broker = broker
        self._tenants: set[str] = set()

    def submit(
        self,
        task: Task[A, R],
        args: A,
        *,
        principal: Principal = SYSTEM,
        idempotency_key: str | None = None,
        execution_id: str | None = None,
        correlation_id: str = "",
        traceparent: str = "",
    ) -> TaskHandle[R]:
        """Admit, record and queue. Raises a TaskRejected when it is refused.

        After StoreUnavailable the outcome is open: submit again with the same ``execution_id`` or
        idempotency key, and it is admitted once.
        """
        asked = Asked(
            task=task,
            args=args,
            principal=principal,
            execution_id=execution_id or str(uuid4()),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            traceparent=traceparent,
        )
        planned = self._planner.plan(asked, _now_ms())
        self._register(principal.tenant)
        admission = self._store.run(self._ledger.admit(planned.submission))
        self._metrics.record_submitted(task.name, admission.verdict, admission.policy)
        if admission.verdict is Verdict.ADMITTED:
            self._push(planned)
        elif admission.verdict is not Verdict.REPLAYED:
            raise refusal(asked, admission, self._twin_seconds(asked, admission))
        return TaskHandle(
            task,
            admission.execution_id,
            principal.tenant,
            store=self._store,
            ledger=self._ledger,
            replayed_json=admission.result_json,
        )

    def admit_only(self, asked: Asked) -> None:
        """Record what has a message already. Raises a TaskRejected when it is refused."""
        self._register(asked.principal.tenant)
        admission = self._store.run(self._ledger.admit(self._planner.record_only(asked)))
        self._metrics.record_submitted(asked.task.name, admission.verdict, admission.policy)
        if admission.verdict is not Verdict.ADMITTED:
            raise refusal(asked, admission, self._twin_seconds(asked, admission))

    def _register(self, tenant: str) -> None:
        if tenant not in self._tenants:
            self._store.run(register_tenant(self._ledger.keys, tenant))
            _remember(self._tenants, tenant)

    def _push(self, planned: Planned) -> None:
        if planned.apart is None or self._broker is None:
            return
        try:
            self._broker.lpush(planned.apart.queue_key, planned.apart.message)
        except (ValkeyError, OSError):
            _log_unpushed(planned)

    def _twin_seconds(self, asked: Asked, admission: Admission) -> float | None:
        if admission.verdict is not Verdict.IN_PROGRESS:
            return None
        twin = self._store.run(self._ledger.read(admission.execution_id, asked.principal.tenant))
        return lease_left(twin, datetime.now(UTC))


class AsyncSubmitter:
    """Submits from async code; the same steps."""

    def __init__(
        self,
        store: AsyncStore,
        ledger: Ledger,
        planner: Planner,
        metrics: Metrics,
        broker: AsyncValkey | None = None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._planner = planner
        self._metrics = metrics
        self._broker = broker
        self._tenants: set[str] = set()

    async def submit(
        self,
        task: Task[A, R],
        args: A,
        *,
        principal: Principal = SYSTEM,
        idempotency_key: str | None = None,
        execution_id: str | None = None,
        correlation_id: str = "",
        traceparent: str = "",
    ) -> AsyncTaskHandle[R]:
        """Admit, record and queue; as `Submitter.submit`."""
        asked = Asked(
            task=task,
            args=args,
            principal=principal,
            execution_id=execution_id or str(uuid4()),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            traceparent=traceparent,
        )
        planned = self._planner.plan(asked, _now_ms())
        await self._register(principal.tenant)
        admission = await self._store.run(self._ledger.admit(planned.submission))
        self._metrics.record_submitted(task.name, admission.verdict, admission.policy)
        if admission.verdict is Verdict.ADMITTED:
            await self._push(planned)
        elif admission.verdict is not Verdict.REPLAYED:
            raise refusal(asked, admission, await self._twin_seconds(asked, admission))
        return AsyncTaskHandle(
            task,
            admission.execution_id,
            principal.tenant,
            store=self._store,
            ledger=self._ledger,
            replayed_json=admission.result_json,
        )

    async def accept(
        self,
        task: Task[Any, Any],
        args: TaskArgs,
        *,
        principal: Principal,
        idempotency_key: str | None = None,
        correlation_id: str = "",
        traceparent: str = "",
    ) -> Accepted:
        """Submit for an edge that knows tasks by name only (contracts.AcceptTask)."""
        handle = await self.submit(
            task,
            args,
            principal=principal,
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            traceparent=traceparent,
        )
        return Accepted(handle.execution_id, handle.tenant, handle.replayed, handle.replayed_json)

    async def _register(self, tenant: str) -> None:
        if tenant not in self._tenants:
            await self._store.run(register_tenant(self._ledger.keys, tenant))
            _remember(self._tenants, tenant)

    async def _push(self, planned: Planned) -> None:
        if planned.apart is None or self._broker is None:
            return
        try:
            # The client types its answer for sync and async alike.
            pushed: Any = self._broker.lpush(planned.apart.queue_key, planned.apart.message)
            await pushed
        except (ValkeyError, OSError):
            _log_unpushed(planned)

    async def _twin_seconds(self, asked: Asked, admission: Admission) -> float | None:
        if admission.verdict is not Verdict.IN_PROGRESS:
            return None
        read = self._ledger.read(admission.execution_id, asked.principal.tenant)
        return lease_left(await self._store.run(read), datetime.now(UTC))


def _remember(tenants: set[str], tenant: str) -> None:
    if len(tenants) >= KNOWN_TENANTS_MAXIMUM:
        tenants.clear()
    tenants.add(tenant)


def _log_unpushed(planned: Planned) -> None:
    # Accepted is accepted: the record stands, so the reconciler queues it.
    _log.warning(
        "execution accepted, message not pushed; the reconciler will push it",
        execution_id=planned.submission.execution_id,
        task=planned.submission.task,
        tenant=planned.submission.principal.tenant,
        exc_info=True,
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
