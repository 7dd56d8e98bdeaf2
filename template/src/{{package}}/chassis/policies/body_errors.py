"""What an error of a body means, wherever the body ran: what is kept of it, and what it promises."""

from pydantic import ValidationError

from ..contracts import (
    AttemptTimedOut,
    DeadlineExceeded,
    ExecutionError,
    TaskFailed,
    TaskRejected,
)
from ..observability import describe_error, redact_text


def describe(error: Exception) -> ExecutionError:
    """Class and message of an error, without what must not be kept."""
    kind = type(error).__name__
    # Halves of characters, as in names of files, are no JSON.
    message = _message(error).encode("utf-8", "replace").decode()
    return ExecutionError(kind=kind, message=message.removeprefix(f"{kind}: "))


def is_permanent(error: Exception) -> bool:
    """Whether the failure would be the same again: what the body says is final, what is no valid
    value, and a refusal that no time heals.
    """
    if isinstance(error, TaskRejected):
        return error.retry_after_seconds is None
    return isinstance(error, TaskFailed | ValidationError) and not limit_reached(error)


def limit_reached(error: Exception | None) -> str:
    """Which limit of the timeout policy ended the body, for the metrics; empty for any other end."""
    match error:
        case AttemptTimedOut():
            return "attempt"
        case DeadlineExceeded():
            return "total"
        case _:
            return ""


def _message(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return describe_error(error)
    # Its own text quotes the input.
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return redact_text(
        "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or error.title}: {problem['msg']}"
            for problem in problems
        )
    )
