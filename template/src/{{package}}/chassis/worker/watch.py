"""Follows one execution to its end; a lost notice costs latency, never a change."""

import time
from collections.abc import AsyncGenerator, Iterator
from typing import Final

from ..contracts import Execution, ExecutionNotFound, ResultNotReady
from ..stores import AsyncStore, Ledger, Store

# A notice may be lost, and none tells of a beginning, so the record is read this often anyway.
POLL_SECONDS: Final = 1.0


def watch(
    store: Store, ledger: Ledger, execution_id: str, tenant: str, *, timeout: float
) -> Iterator[Execution]:
    """The record as it is, and again after each change of its state or progress, to its end.

    Changes that follow closely on each other may come as one. Raises ExecutionNotFound once there
    is no record, ResultNotReady when it does not end within ``timeout`` seconds.
    """
    deadline = time.monotonic() + timeout
    read = ledger.read(execution_id, tenant)
    last = None
    # Listening before the first read, so that no notice falls between the two.
    with store.notices.listening(ledger.keys.tenant(tenant).notice(execution_id)) as wait:
        while True:
            execution = existing(store.run(read), execution_id)
            if _is_news(execution, last):
                yield execution
            if execution.is_settled:
                return
            wait(_patience(execution, deadline, timeout))
            last = execution


async def watch_async(
    store: AsyncStore, ledger: Ledger, execution_id: str, tenant: str, *, timeout: float
) -> AsyncGenerator[Execution, None]:
    """The same for async code."""
    deadline = time.monotonic() + timeout
    read = ledger.read(execution_id, tenant)
    last = None
    async with store.notices.listening(ledger.keys.tenant(tenant).notice(execution_id)) as wait:
        while True:
            execution = existing(await store.run(read), execution_id)
            if _is_news(execution, last):
                yield execution
            if execution.is_settled:
                return
            await wait(_patience(execution, deadline, timeout))
            last = execution


def missing(execution_id: str) -> ExecutionNotFound:
    """What to raise when there is no record."""
    return ExecutionNotFound(
        f"there is no execution {execution_id}; it never existed or its record expired"
    )


def existing(execution: Execution | None, execution_id: str) -> Execution:
    """The record that was read. Raises ExecutionNotFound when there was none."""
    if execution is None:
        raise missing(execution_id)
    return execution


def _is_news(execution: Execution, last: Execution | None) -> bool:
    return last is None or (
        (execution.state, execution.progress, execution.cancel_requested)
        != (last.state, last.progress, last.cancel_requested)
    )


def _patience(execution: Execution, deadline: float, timeout: float) -> float:
    """How long to wait for the next notice. Raises ResultNotReady when time is up."""
    left = deadline - time.monotonic()
    if left <= 0:
        message = (
            f"execution {execution.id} of '{execution.task}' is still {execution.state} after "
            f"{timeout:g} s; wait longer, or look whether a worker consumes its queue"
        )
        raise ResultNotReady(message)
    return min(left, POLL_SECONDS)
