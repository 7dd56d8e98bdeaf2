"""Submits tasks: plan, admit in one request, and hand out a handle."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from valkey import Valkey
from valkey.asyncio import Valkey as AsyncValkey
from valkey.exceptions import ValkeyError

from ..contracts import SYSTEM, Accepted, Principal, Task, TaskArgs, TaskRejected
from ..contracts.task import A, R
from ..observability import Metrics
from ..stores import Admission, AsyncStore, Ledger, Store, take, take_async
from .admitting import Admitter, Effect, Pushes, log_unpushed
from .backlog import Waiting
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
        self._broker: Any = broker  # typed by the client for sync and async alike
        self._queues = store if broker is None else Store(broker)

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
        admission = take(self._admitter.admit(asked), self._answer)
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
            for decided in take(self._admitter.admit_many(batch), self._answer)
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

    def _answer(self, effect: Effect) -> list[Any] | int | None:
        if isinstance(effect, Waiting):
            return self._queues.run(effect.call)
        if not isinstance(effect, Pushes):
            return self._store.run_many(effect)
        try:
            self._broker.lpush(effect.queue_key, *effect.messages)
        except (ValkeyError, OSError):
            log_unpushed(effect)
        return None


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
        self._broker: Any = broker
        self._queues = store if broker is None else AsyncStore(broker)

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
        admission = await take_async(self._admitter.admit(asked), self._answer)
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
            for decided in await take_async(self._admitter.admit_many(batch), self._answer)
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

    async def _answer(self, effect: Effect) -> list[Any] | int | None:
        if isinstance(effect, Waiting):
            return await self._queues.run(effect.call)
        if not isinstance(effect, Pushes):
            return await self._store.run_many(effect)
        try:
            await self._broker.lpush(effect.queue_key, *effect.messages)
        except (ValkeyError, OSError):
            log_unpushed(effect)
        return None
