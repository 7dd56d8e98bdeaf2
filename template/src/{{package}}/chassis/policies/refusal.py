"""What a refusing verdict means for the caller: the one place that turns it into an error."""

from typing import Final

from ..contracts import (
    CircuitOpen,
    ConcurrencyLimited,
    CreditsExhausted,
    IdempotencyConflict,
    IdempotencyMismatch,
    OutcomeUnknown,
    Overloaded,
    RateLimited,
    RequestImpossible,
    TaskRejected,
    Verdict,
)
from ..stores import Admission

# Verdicts that answer the caller; all others refuse.
ANSWERS: Final = frozenset({Verdict.ADMITTED, Verdict.REPLAYED, Verdict.HIT, Verdict.JOINED})

# Told to a caller whose twin is queued, or whose twin's lease cannot be read.
RETRY_AFTER_TWIN_SECONDS: Final = 5.0

# Refusals that time heals; the script says how much of it.
_PASSING: Final[dict[Verdict, tuple[type[TaskRejected], str]]] = {
    Verdict.LIMITED: (RateLimited, "the rate limit of '{}' is reached"),
    Verdict.BUSY: (ConcurrencyLimited, "as many executions of '{}' as allowed are under way"),
    Verdict.SHED: (Overloaded, "too much waits already in the queue of '{}'"),
    Verdict.OPEN: (CircuitOpen, "'{}' calls a dependency that fails; calls to it are paused"),
}


def refusal(
    task: str, execution_id: str, admission: Admission, twin_seconds: float | None = None
) -> TaskRejected:
    """The error that tells the caller of ``execution_id`` why admission refused.

    ``twin_seconds`` is how long the lease of the execution still runs that holds its key. Raises
    ValueError for a verdict that answers.
    """
    if passing := _PASSING.get(admission.verdict):
        error, message = passing
        return error(message.format(task), retry_after_seconds=admission.retry_after_seconds)
    match admission.verdict:
        case Verdict.IN_PROGRESS | Verdict.UNCERTAIN:
            return _twin(task, admission, twin_seconds)
        case Verdict.MISMATCH:
            return IdempotencyMismatch(_mismatch_message(task, execution_id, admission))
        case Verdict.IMPOSSIBLE:
            message = f"this submission of '{task}' costs more than its rate limit ever allows"
            return RequestImpossible(f"{message} at once")
        case Verdict.INSUFFICIENT:
            return CreditsExhausted(_credits_message(task, admission))
    message = f"verdict '{admission.verdict}' of '{task}' refuses nothing"
    raise ValueError(message)


def _twin(task: str, admission: Admission, twin_seconds: float | None) -> TaskRejected:
    """Another execution has the key."""
    if admission.verdict is Verdict.UNCERTAIN:
        return OutcomeUnknown(
            f"execution {admission.execution_id} of '{task}' was cut off under this idempotency "
            f"key, and it is not to be repeated; find out what it did, then take a new key",
            execution_id=admission.execution_id,
        )
    return IdempotencyConflict(
        f"execution {admission.execution_id} of '{task}' still runs under this idempotency key; "
        f"read it, or try again later",
        execution_id=admission.execution_id,
        retry_after_seconds=twin_seconds or RETRY_AFTER_TWIN_SECONDS,
    )


def _mismatch_message(task: str, execution_id: str, admission: Admission) -> str:
    if not admission.policy:
        return (
            f"execution id '{execution_id}' belongs to another submission, not to this one of "
            f"'{task}'; take a new id"
        )
    return f"this idempotency key was used for '{task}' with other arguments; take a new key"


def _credits_message(task: str, admission: Admission) -> str:
    lacking = (
        f"'{task}' needs {admission.needed} '{admission.credit_type}' credits, "
        f"and {admission.balance} are free"
    )
    if admission.holds == 0:
        return f"{lacking}; no unfinished execution holds others, so have more granted"
    return (
        f"{lacking}; unfinished executions ({admission.holds}) hold others, "
        f"which they may give back"
    )
