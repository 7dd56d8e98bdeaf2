"""What a submitter gets: the execution's id, and its typed result once there is one."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Generic

from ..contracts import (
    Accepted,
    Execution,
    ExecutionError,
    ExecutionFailed,
    ExecutionState,
    Task,
    Verdict,
)
from ..contracts.task import R
from ..stores import Admission, AsyncStore, Ledger, Store
from .cancel import cancel, cancel_async
from .watch import existing, watch, watch_async

RESULT_SECONDS: Final = 30.0
STREAM_SECONDS: Final = 3600.0


class _Answerable(Generic[R]):
    """What is known of a submission without asking: its ids, and the answer it may have got."""

    def __init__(
        self, task: Task[Any, R], execution_id: str, tenant: str, answer: Admission | None
    ) -> None:
        self.task = task
        self.execution_id = execution_id
        self.tenant = tenant
        self.answer = answer

    @property
    def replayed(self) -> bool:
        """Whether an earlier execution under the same idempotency key had ended already."""
        return self.answer is not None and self.answer.verdict is Verdict.REPLAYED

    @property
    def cached(self) -> bool:
        """Whether the cache had the result, of the execution that is named here."""
        return self.answer is not None and self.answer.verdict is Verdict.HIT

    @property
    def stale(self) -> bool:
        """Whether the cached result is past its time, and is being computed anew."""
        return self.answer is not None and self.answer.is_stale

    def accepted(self) -> Accepted:
        """The same without its types, for an edge that knows tasks by name only."""
        return Accepted(
            self.execution_id,
            self.tenant,
            replayed=self.replayed,
            cached=self.cached,
            stale=self.stale,
            result_json=self.answer.result_json if self.answer else None,
            error_json=self.answer.error_json if self.answer else None,
        )

    def _answered(self) -> R | None:
        """The result that came with the answer; None without one. Raises ExecutionFailed."""
        if self.answer is None:
            return None
        if self.answer.result_json is not None:
            return self.task.result_model.model_validate_json(self.answer.result_json)
        if self.answer.error_json is not None:
            raise _failed(
                self.task.name,
                self.execution_id,
                ExecutionState.FAILED,
                ExecutionError.model_validate_json(self.answer.error_json),
            )
        return None


class TaskHandle(_Answerable[R]):
    """One accepted submission, for sync code."""

    def __init__(
        self,
        task: Task[Any, R],
        execution_id: str,
        tenant: str,
        *,
        store: Store,
        ledger: Ledger,
        answer: Admission | None = None,
    ) -> None:
        super().__init__(task, execution_id, tenant, answer)
        self._store = store
        self._ledger = ledger

    def execution(self) -> Execution:
        """Read the record. Raises ExecutionNotFound once it has expired."""
        found = self._store.run(self._ledger.read(self.execution_id, self.tenant))
        return existing(found, self.execution_id)

    def result(self, timeout: float = RESULT_SECONDS) -> R:
        """Wait for the result, at most ``timeout`` seconds; one that was answered is there at once.

        Raises ExecutionFailed when there will be none, ResultNotReady when it takes longer.
        """
        if (answered := self._answered()) is not None:
            return answered
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


class AsyncTaskHandle(_Answerable[R]):
    """One accepted submission, for async code."""

    def __init__(
        self,
        task: Task[Any, R],
        execution_id: str,
        tenant: str,
        *,
        store: AsyncStore,
        ledger: Ledger,
        answer: Admission | None = None,
    ) -> None:
        super().__init__(task, execution_id, tenant, answer)
        self._store = store
        self._ledger = ledger

    async def execution(self) -> Execution:
        """Read the record. Raises ExecutionNotFound once it has expired."""
        found = await self._store.run(self._ledger.read(self.execution_id, self.tenant))
        return existing(found, self.execution_id)

    async def result(self, timeout: float = RESULT_SECONDS) -> R:
        """Wait for the result, at most ``timeout`` seconds; one that was answered is there at once.

        Raises ExecutionFailed when there will be none, ResultNotReady when it takes longer.
        """
        if (answered := self._answered()) is not None:
            return answered
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
    raise _failed(execution.task, execution.id, execution.state, execution.error)


def _failed(
    task: str, execution_id: str, state: ExecutionState, error: ExecutionError | None
) -> ExecutionFailed:
    if state is ExecutionState.SUCCEEDED:
        why = "the server has lost the result that lay beside its record"
    else:
        why = f"{error.kind}: {error.message}" if error else "no reason was recorded"
    message = f"execution {execution_id} of '{task}' ended as {state} ({why})"
    return ExecutionFailed(message, execution_id=execution_id, state=state)
