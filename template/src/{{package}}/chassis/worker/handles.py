"""What a submitter gets: the execution's id, and its typed result once there is one."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Generic

from ..contracts import Execution, ExecutionFailed, ExecutionState, Task
from ..contracts.task import R
from ..stores import AsyncStore, Ledger, Store
from .cancel import cancel, cancel_async
from .watch import existing, watch, watch_async

RESULT_SECONDS: Final = 30.0
STREAM_SECONDS: Final = 3600.0


class TaskHandle(Generic[R]):
    """One accepted submission, for sync code."""

    def __init__(
        self,
        task: Task[Any, R],
        execution_id: str,
        tenant: str,
        *,
        store: Store,
        ledger: Ledger,
        replayed_json: str | None = None,
    ) -> None:
        self.task = task
        self.execution_id = execution_id
        self.tenant = tenant
        self._store = store
        self._ledger = ledger
        self._replayed_json = replayed_json

    @property
    def replayed(self) -> bool:
        """Whether an earlier execution under the same idempotency key gave the result already."""
        return self._replayed_json is not None

    def execution(self) -> Execution:
        """Read the record. Raises ExecutionNotFound once it has expired."""
        found = self._store.run(self._ledger.read(self.execution_id, self.tenant))
        return existing(found, self.execution_id)

    def result(self, timeout: float = RESULT_SECONDS) -> R:
        """Wait for the result, at most ``timeout`` seconds.

        Raises ExecutionFailed when there will be none, ResultNotReady when it takes longer.
        """
        if self._replayed_json is not None:
            return self.task.result_model.model_validate_json(self._replayed_json)
        *_, last = self.stream(timeout)
        return read_result(self.task, last)

    def stream(self, timeout: float = STREAM_SECONDS) -> Iterator[Execution]:
        """The record now and after each change of state or progress, until it has ended.

        Changes that follow closely on each other may come as one. Raises ResultNotReady when it
        takes longer than ``timeout`` seconds.
        """
        return watch(self._store, self._ledger, self.execution_id, self.tenant, timeout=timeout)

    def cancel(self) -> ExecutionState:
        """End it if it waits, ask its worker to stop it if it runs; tells the state it is in now."""
        return cancel(self._store, self._ledger, self.execution_id, self.tenant)


class AsyncTaskHandle(Generic[R]):
    """One accepted submission, for async code."""

    def __init__(
        self,
        task: Task[Any, R],
        execution_id: str,
        tenant: str,
        *,
        store: AsyncStore,
        ledger: Ledger,
        replayed_json: str | None = None,
    ) -> None:
        self.task = task
        self.execution_id = execution_id
        self.tenant = tenant
        self.replayed_json = replayed_json
        self._store = store
        self._ledger = ledger

    @property
    def replayed(self) -> bool:
        """Whether an earlier execution under the same idempotency key gave the result already."""
        return self.replayed_json is not None

    async def execution(self) -> Execution:
        """Read the record. Raises ExecutionNotFound once it has expired."""
        found = await self._store.run(self._ledger.read(self.execution_id, self.tenant))
        return existing(found, self.execution_id)

    async def result(self, timeout: float = RESULT_SECONDS) -> R:
        """Wait for the result, at most ``timeout`` seconds.

        Raises ExecutionFailed when there will be none, ResultNotReady when it takes longer.
        """
        if self.replayed_json is not None:
            return self.task.result_model.model_validate_json(self.replayed_json)
        seen = [execution async for execution in self.stream(timeout)]
        return read_result(self.task, seen[-1])

    def stream(self, timeout: float = STREAM_SECONDS) -> AsyncIterator[Execution]:
        """The record now and after each change, until it has ended; as `TaskHandle.stream`."""
        return watch_async(
            self._store, self._ledger, self.execution_id, self.tenant, timeout=timeout
        )

    async def cancel(self) -> ExecutionState:
        """End it if it waits, ask its worker to stop it if it runs; tells the state it is in now."""
        return await cancel_async(self._store, self._ledger, self.execution_id, self.tenant)


def read_result(task: Task[Any, R], execution: Execution) -> R:
    """The typed result of a settled execution. Raises ExecutionFailed when it has none."""
    if execution.state is ExecutionState.SUCCEEDED and execution.result is not None:
        # Back through JSON: a strict model reads an instant or a decimal from JSON text only.
        return task.result_model.model_validate_json(json.dumps(execution.result))
    error = execution.error
    if execution.state is ExecutionState.SUCCEEDED:
        why = "the server has lost the result that lay beside its record"
    else:
        why = f"{error.kind}: {error.message}" if error else "no reason was recorded"
    message = f"execution {execution.id} of '{execution.task}' ended as {execution.state} ({why})"
    raise ExecutionFailed(message, execution_id=execution.id, state=execution.state)
