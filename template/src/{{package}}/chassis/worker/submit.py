"""Submits tasks: plan, admit in one request, and hand out a handle."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from valkey import Valkey
from valkey.asyncio import Valkey as AsyncValkey

from ..contracts import SYSTEM, Accepted, Principal, Task, TaskArgs, TaskRejected
from ..contracts.task import A, R
from ..observability import Metrics
from ..stores import Admission, AsyncStore, Ledger, Store
from .admitting import Admitter
from .asking import Asking, AsyncAsking
from .handles import AsyncTaskHandle, TaskHandle
from .message import new_id
from .planning import Asked, Planner, asked_each

NO_DELAY = timedelta(0)


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
        self._admitter = Admitter(ledger, planner, metrics)
        self._asking = Asking(store, broker)

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
        delay: timedelta | None = None,
        replay_of: str = "",
        address: str = "",
    ) -> TaskHandle[R]:
        """Admit, record and queue, or queue after ``delay``. Raises a TaskRejected when refused.

        After StoreUnavailable the outcome is open: submit again under the same id or idempotency key.
        """
        asked = Asked(
            task=task,
            args=args,
            principal=principal,
            execution_id=execution_id or new_id(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            traceparent=traceparent,
            delay=delay or NO_DELAY,
            replay_of=replay_of,
            address=address,
        )
        admission = self._asking.take(self._admitter.admit(asked))
        return self._handle(task, principal.tenant, admission)

    def submit_many(
        self,
        task: Task[A, R],
        args_list: Sequence[A],
        *,
        principal: Principal = SYSTEM,
        idempotency_keys: Sequence[str | None] | None = None,
        execution_ids: Sequence[str] | None = None,
        correlation_id: str = "",
        traceparent: str = "",
        delay: timedelta | None = None,
    ) -> list[TaskHandle[R] | TaskRejected]:
        """Admit or refuse each by itself, a hundred per request: handles or refusals, in order.

        Raises SubmissionsInterrupted when Valkey stops to answer on the way: submit the same again
        with the ``execution_ids`` of the error, and each is admitted once.
        """
        batch = asked_each(
            task,
            args_list,
            principal=principal,
            idempotency_keys=idempotency_keys,
            execution_ids=execution_ids,
            correlation_id=correlation_id,
            traceparent=traceparent,
            delay=delay or NO_DELAY,
        )
        return [
            decided
            if isinstance(decided, TaskRejected)
            else self._handle(task, principal.tenant, decided)
            for decided in self._asking.take_ahead(self._admitter.admit_many(batch))
        ]

    def _handle(self, task: Task[Any, R], tenant: str, admission: Admission) -> TaskHandle[R]:
        return TaskHandle(
            task,
            admission.execution_id,
            tenant,
            store=self._store,
            ledger=self._ledger,
            answer=admission,
        )


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
        self._admitter = Admitter(ledger, planner, metrics)
        self._asking = AsyncAsking(store, broker)

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
        delay: timedelta | None = None,
        replay_of: str = "",
        address: str = "",
    ) -> AsyncTaskHandle[R]:
        """Admit, record and queue; as `Submitter.submit`."""
        asked = Asked(
            task=task,
            args=args,
            principal=principal,
            execution_id=execution_id or new_id(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            traceparent=traceparent,
            delay=delay or NO_DELAY,
            replay_of=replay_of,
            address=address,
        )
        admission = await self._asking.take(self._admitter.admit(asked))
        return self._handle(task, principal.tenant, admission)

    async def submit_many(
        self,
        task: Task[A, R],
        args_list: Sequence[A],
        *,
        principal: Principal = SYSTEM,
        idempotency_keys: Sequence[str | None] | None = None,
        execution_ids: Sequence[str] | None = None,
        correlation_id: str = "",
        traceparent: str = "",
        delay: timedelta | None = None,
    ) -> list[AsyncTaskHandle[R] | TaskRejected]:
        """Admit or refuse each by itself; as `Submitter.submit_many`."""
        batch = asked_each(
            task,
            args_list,
            principal=principal,
            idempotency_keys=idempotency_keys,
            execution_ids=execution_ids,
            correlation_id=correlation_id,
            traceparent=traceparent,
            delay=delay or NO_DELAY,
        )
        return [
            decided
            if isinstance(decided, TaskRejected)
            else self._handle(task, principal.tenant, decided)
            for decided in await self._asking.take_ahead(self._admitter.admit_many(batch))
        ]

    async def accept(
        self,
        task: Task[Any, Any],
        args: TaskArgs,
        *,
        principal: Principal,
        idempotency_key: str | None = None,
        correlation_id: str = "",
        traceparent: str = "",
        address: str = "",
    ) -> Accepted:
        """Submit for an edge that knows tasks by name only (contracts.AcceptTask)."""
        handle = await self.submit(
            task,
            args,
            principal=principal,
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            traceparent=traceparent,
            address=address,
        )
        return handle.accepted()

    def _handle(self, task: Task[Any, R], tenant: str, admission: Admission) -> AsyncTaskHandle[R]:
        return AsyncTaskHandle(
            task,
            admission.execution_id,
            tenant,
            store=self._store,
            ledger=self._ledger,
            answer=admission,
        )
