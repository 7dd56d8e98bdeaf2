"""What a submitter gets: the execution's id, and its typed result once there is one."""

import json
import time
from typing import Any, Generic

from ..contracts import (
    Execution,
    ExecutionFailed,
    ExecutionNotFound,
    ExecutionState,
    ResultNotReady,
    Task,
)
from ..contracts.task import R
from ..stores import AsyncStore, Ledger, Store
from .notices import async_notices, notices

# A notice may be lost, so the record is read this often anyway.
POLL_SECONDS = 1.0


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
        return _require(found, self.execution_id)

    def result(self, timeout: float = 30.0) -> R:
        """Wait for the result, at most ``timeout`` seconds.

        Raises ExecutionFailed when there will be none, ResultNotReady when it takes longer.
        """
        if self._replayed_json is not None:
            return self.task.result_model.model_validate_json(self._replayed_json)
        deadline = time.monotonic() + timeout
        # Subscribed before the first read, so that no notice falls between the two.
        with notices(self._store, self._channel) as wait:
            while True:
                execution = self.execution()
                if execution.is_settled:
                    return read_result(self.task, execution)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise _not_ready(execution, timeout)
                wait(min(left, POLL_SECONDS))

    @property
    def _channel(self) -> str:
        return self._ledger.keys.tenant(self.tenant).notice(self.execution_id)


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
        return _require(found, self.execution_id)

    async def result(self, timeout: float = 30.0) -> R:
        """Wait for the result, at most ``timeout`` seconds.

        Raises ExecutionFailed when there will be none, ResultNotReady when it takes longer.
        """
        if self.replayed_json is not None:
            return self.task.result_model.model_validate_json(self.replayed_json)
        deadline = time.monotonic() + timeout
        async with async_notices(self._store, self._channel) as wait:
            while True:
                execution = await self.execution()
                if execution.is_settled:
                    return read_result(self.task, execution)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise _not_ready(execution, timeout)
                await wait(min(left, POLL_SECONDS))

    @property
    def _channel(self) -> str:
        return self._ledger.keys.tenant(self.tenant).notice(self.execution_id)


def read_result(task: Task[Any, R], execution: Execution) -> R:
    """The typed result of a settled execution. Raises ExecutionFailed when it has none."""
    if execution.state is ExecutionState.SUCCEEDED:
        # Back through JSON: a strict model reads an instant or a decimal from JSON text only.
        return task.result_model.model_validate_json(json.dumps(execution.result))
    error = execution.error
    why = f"{error.kind}: {error.message}" if error else "no reason was recorded"
    message = f"execution {execution.id} of '{execution.task}' ended as {execution.state} ({why})"
    raise ExecutionFailed(message, execution_id=execution.id, state=execution.state)


def _require(execution: Execution | None, execution_id: str) -> Execution:
    if execution is None:
        message = f"there is no execution {execution_id}; it never existed or its record expired"
        raise ExecutionNotFound(message)
    return execution


def _not_ready(execution: Execution, timeout: float) -> ResultNotReady:
    message = (
        f"execution {execution.id} of '{execution.task}' is still {execution.state} after "
        f"{timeout:g} s; wait longer, or look whether a worker consumes its queue"
    )
    return ResultNotReady(message)
