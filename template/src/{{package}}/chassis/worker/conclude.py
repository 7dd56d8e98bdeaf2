"""How a delivery ended: the one place that turns a result or an error into an outcome."""

from dataclasses import dataclass, field
from typing import Any

from ..contracts import (
    ExecutionState,
    Outcome,
    Task,
    TaskContext,
    TaskFailed,
    TaskRejected,
)
from ..policies import Surroundings
from ..policies.body_errors import describe, is_permanent, limit_reached
from ..policies.usage import refuse_excess
from .options import WorkerOptions
from .outbox import Sealed, seal_outbox
from .running import Running


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What will be settled. ``error`` is kept for the log line."""

    outcome: Outcome
    state: ExecutionState
    result_json: str = ""
    error_json: str = ""
    events: Sealed = field(default_factory=Sealed)
    used: dict[str, int] = field(default_factory=dict)
    is_degraded: bool = False
    is_final: bool = True
    is_permanent: bool = False
    error: Exception | None = None


# Its owner does not want it any more; what it held is given back.
CANCELLED = Conclusion(Outcome.CANCELLED, ExecutionState.CANCELLED)


def conclude_result(
    running: Running,
    result: object,
    context: TaskContext,
    options: WorkerOptions,
    surroundings: Surroundings,
    *,
    event_bytes_maximum: int,
) -> Conclusion:
    """A body returned: a success. Raises when what it left behind breaks a limit, or is no JSON."""
    task = running.task
    result_json = _checked_result(task, result, options)
    _check_outbox(task, context, options)
    _check_used(running, context)
    return Conclusion(
        outcome=Outcome.SUCCEEDED,
        state=ExecutionState.SUCCEEDED,
        result_json=result_json,
        events=seal_outbox(running, context.outbox, event_bytes_maximum),
        used=dict(context.used),
        is_degraded=surroundings.is_degraded,
        is_final=surroundings.is_final,
    )


def conclude_error(error: Exception, *, runs_once: bool = False) -> Conclusion:
    """A body raised, for the last time. One that was cut off by its limit, and runs only once, may
    have done anything.
    """
    is_cut_off = runs_once and bool(limit_reached(error))
    return Conclusion(
        outcome=_outcome(error),
        state=ExecutionState.UNKNOWN if is_cut_off else ExecutionState.FAILED,
        error_json=describe(error).model_dump_json(),
        is_permanent=is_permanent(error),
        error=error,
    )


def _outcome(error: Exception) -> Outcome:
    if limit_reached(error):
        return Outcome.TIMED_OUT
    return Outcome.REJECTED if isinstance(error, TaskRejected) else Outcome.FAILED


def _checked_result(task: Task[Any, Any], result: object, options: WorkerOptions) -> str:
    if not isinstance(result, task.result_model):
        message = (
            f"'{task.name}' returned a {type(result).__name__}; "
            f"it is declared to return {task.result_model.__name__}"
        )
        raise TaskFailed(message)
    text: str = result.model_dump_json()
    size = len(text.encode())
    if size > options.result_bytes_maximum:
        message = (
            f"the result of '{task.name}' is {size} bytes as JSON; at most "
            f"{options.result_bytes_maximum} are kept. Store it elsewhere and return a reference, "
            f"or raise WORKER_RESULT_BYTES_MAXIMUM"
        )
        raise TaskFailed(message)
    return text


def _check_outbox(task: Task[Any, Any], context: TaskContext, options: WorkerOptions) -> None:
    count = len(context.outbox)
    if count > options.events_maximum:
        message = (
            f"'{task.name}' emitted {count} events; at most {options.events_maximum} are published. "
            f"Emit one that sums them up, or raise WORKER_EVENTS_MAXIMUM"
        )
        raise TaskFailed(message)


def _check_used(running: Running, context: TaskContext) -> None:
    name = running.task.name
    for credit_type, amount in context.used.items():
        # Parts of credits would be rounded here and there, and no longer add up.
        if amount != int(amount) or amount < 0:
            message = f"'{name}' used {amount} {credit_type!r} credits; say 0 or more, whole"
            raise TaskFailed(message)
    refuse_excess(name, context.used, running.begun.settlement)
