"""Ends an execution that no worker will, so that it stops, is seen, and owes nothing any more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ..contracts import ExecutionError, ExecutionState, Outcome
from ..stores import Begun, Call, Ledger, Settlement, Step
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


def was_cut_off() -> ExecutionError:
    """Why nobody knows what an execution did that must not run twice."""
    return ExecutionError(
        kind="OutcomeUnknown",
        message="its body was cut off by its owner, or with its worker, and the task is not to be "
        "repeated; find out what it did",
    )


def end_unrun(ledger: Ledger, begun: Begun, tenant: str) -> tuple[Call[str], Outcome]:
    """End what a worker has met and must not run, and how that counts."""
    where = ledger, begun.execution_id, tenant
    fence, steps = begun.fence, begun.settlement
    match begun.verdict:
        case "cancelling":
            # Its owner asked for it while no worker had it.
            return call_off(*where, fence=fence, steps=steps), Outcome.CANCELLED
        case "uncertain":
            # Its worker was lost in the middle of a body that must not run twice.
            return leave_unknown(*where, fence=fence, steps=steps), Outcome.UNCERTAIN
        case _:
            reason = deliveries_are_spent(begun.delivery)
            return bury(*where, reason, fence=fence, steps=steps), Outcome.DEAD


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


def leave_unknown(
    ledger: Ledger, execution_id: str, tenant: str, *, fence: int, steps: Sequence[Step] = ()
) -> Call[str]:
    """Settle as unknown what was cut off and must not run twice: its key stays taken."""
    ending = _ending(ExecutionState.UNKNOWN, execution_id, tenant, fence, steps)
    return ledger.settle(replace(ending, error_json=was_cut_off().model_dump_json()))


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
