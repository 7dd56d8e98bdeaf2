"""Cancels executions: what waits ends at once, what runs is stopped by its worker."""

from collections.abc import Generator
from typing import Any

from ..contracts import Execution, ExecutionState
from ..stores import AsyncStore, Call, CancelRequest, Ledger, Store, take, take_async
from .burial import call_off
from .watch import existing, missing


def cancel(store: Store, ledger: Ledger, execution_id: str, tenant: str) -> ExecutionState:
    """Cancel an execution, and tell its state: ``running`` says that its worker was asked.

    The worker cancels the body at its next await. What has ended stays as it ended. Raises
    ExecutionNotFound when there is no record.
    """
    return take(cancelling(ledger, execution_id, tenant), store.run)


async def cancel_async(
    store: AsyncStore, ledger: Ledger, execution_id: str, tenant: str
) -> ExecutionState:
    """The same from async code."""
    return await take_async(cancelling(ledger, execution_id, tenant), store.run)


def cancelling(
    ledger: Ledger, execution_id: str, tenant: str
) -> Generator[Call[Any], Any, ExecutionState]:
    """What it takes, call by call."""
    request: CancelRequest = yield ledger.cancel(execution_id, tenant)
    if request.state is None:
        raise missing(execution_id)
    if request.verdict != "queued":
        return request.state
    # Marked as it is, no worker begins it any more: one that meets it first settles it likewise.
    verdict: str = yield call_off(
        ledger, execution_id, tenant, fence=request.fence, steps=request.settlement
    )
    if verdict in ("settled", "already"):
        return ExecutionState.CANCELLED
    # Somebody was faster: mostly a worker that cancelled it as well, but also one that was late
    # with its result.
    found: Execution | None = yield ledger.read(execution_id, tenant)
    return existing(found, execution_id).state
