"""How the body of a direct call ended: the one place that turns it into what is settled."""

from dataclasses import dataclass

from ..contracts import ExecutionState, TaskFailed
from .body_errors import describe, is_permanent, limit_reached
from .call_form import CallForm
from .surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Ending:
    """What will be settled."""

    state: ExecutionState
    result_json: str = ""
    error_json: str = ""
    is_degraded: bool = False
    is_final: bool = True
    is_permanent: bool = False


def ended_well(
    name: str, form: CallForm, result: object, surroundings: Surroundings, bytes_maximum: int
) -> Ending:
    """The body returned. Raises TaskFailed for a result that is too long to keep."""
    text = form.write(result)
    if len(text.encode()) > bytes_maximum:
        message = (
            f"the result of '{name}' is longer than {bytes_maximum} bytes as JSON, so it cannot be "
            f"kept; return a reference to it, or raise WORKER_RESULT_BYTES_MAXIMUM"
        )
        raise TaskFailed(message)
    return Ending(
        ExecutionState.SUCCEEDED,
        text,
        is_degraded=surroundings.is_degraded,
        is_final=surroundings.is_final,
    )


def ended_badly(error: BaseException, *, runs_once: bool) -> Ending:
    """The body raised, or its caller went away. What was cut off, and runs only once, may have done
    anything.
    """
    if not isinstance(error, Exception):
        return Ending(ExecutionState.UNKNOWN if runs_once else ExecutionState.CANCELLED)
    is_cut_off = runs_once and bool(limit_reached(error))
    return Ending(
        ExecutionState.UNKNOWN if is_cut_off else ExecutionState.FAILED,
        error_json=describe(error).model_dump_json(),
        is_permanent=is_permanent(error),
    )
