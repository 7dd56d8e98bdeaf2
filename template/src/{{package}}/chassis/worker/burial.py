"""Ends an execution that no worker will, so that it stops, is seen, and owes nothing any more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ..contracts import ExecutionError, ExecutionState
from ..stores import Call, Ledger, Settlement, Step
from .message import new_id


def deliveries_are_spent(deliveries: int) -> ExecutionError:
    """Why a poison execution stops."""
    return ExecutionError(
        kind="DeliveriesExhausted",
        message=f"{deliveries} workers began it and none came to an end; read their logs "
        f"before it is submitted again",
    )


def task_is_unknown(task: str, patience: timedelta) -> ExecutionError:
    """Why an execution stops whose task is gone."""
    return ExecutionError(
        kind="UnknownTask",
        message=f"no version that looked for it within {patience} knows the task '{task}', which "
        f"was deleted or renamed; submit it again by the name it has now",
    )


def bury(
    ledger: Ledger,
    execution_id: str,
    tenant: str,
    error: ExecutionError,
    *,
    fence: int,
    steps: Sequence[Step] = (),
) -> Call[str]:
    """Settle as dead: holds are released, claims are freed, the arguments stay for a look."""
    ending = _ending(ExecutionState.DEAD, execution_id, tenant, fence, steps)
    return ledger.settle(replace(ending, error_json=error.model_dump_json()))


def call_off(
    ledger: Ledger, execution_id: str, tenant: str, *, fence: int, steps: Sequence[Step] = ()
) -> Call[str]:
    """Settle as cancelled what its owner asked to stop and no worker has: the same is given back."""
    return ledger.settle(_ending(ExecutionState.CANCELLED, execution_id, tenant, fence, steps))


def _ending(
    state: ExecutionState, execution_id: str, tenant: str, fence: int, steps: Sequence[Step]
) -> Settlement:
    return Settlement(
        execution_id=execution_id,
        tenant=tenant,
        fence=fence,
        token=new_id(),
        state=state,
        steps=tuple(steps),
    )
