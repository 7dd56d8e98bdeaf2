"""What an earlier call answers a direct one with: its result, its failure, or the wait for either."""

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final

from ..contracts import (
    Execution,
    ExecutionError,
    ExecutionFailed,
    ExecutionState,
    ResultNotReady,
)
from ..stores import Admission, Call
from .call_form import CallForm
from .surroundings import Surroundings

PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait, in seconds."""

    seconds: float


# What a direct call asks for: a call, several in one request, the body within its protection, a wait.
Effect = Call[Any] | Sequence[Call[Any]] | Surroundings | Pause
Steps = Generator[Effect, Any, Any]


def kept(name: str, form: CallForm, admission: Admission) -> Any:
    """The result that was kept. Raises ExecutionFailed where a failure was."""
    if admission.error_json is None:
        return form.read(admission.result_json or "null")
    error = ExecutionError.model_validate_json(admission.error_json)
    message = f"'{name}' failed under this idempotency key before: {error.kind}: {error.message}"
    raise ExecutionFailed(message, execution_id=admission.execution_id, state=ExecutionState.FAILED)


def joined(name: str, form: CallForm, read: Call[Execution | None], limit: timedelta) -> Steps:
    """Wait for the result of a call that computes the same already.

    Raises ExecutionFailed when there will be none, ResultNotReady when it takes longer than
    ``limit``.
    """
    for _ in range(ceil(limit.total_seconds() / PAUSE_SECONDS)):
        found: Execution | None = yield read
        if found is None:
            break
        if found.state is ExecutionState.SUCCEEDED:
            return form.read(json.dumps(found.result))
        if found.is_settled:
            message = f"execution {found.id}, which '{name}' has awaited, ended as {found.state}"
            raise ExecutionFailed(message, execution_id=found.id, state=found.state)
        yield Pause(PAUSE_SECONDS)
    message = f"what '{name}' has awaited is not there after {limit}"
    raise ResultNotReady(message)
