"""Admits messages that nobody submitted, when they arrive; what cannot be admitted is buried."""

import json
from collections.abc import Generator
from typing import Any, TypeVar

from pydantic import ValidationError

from ..contracts import (
    SYSTEM,
    IdempotencyMismatch,
    Outcome,
    StoreUnavailable,
    Task,
    TaskRejected,
    Verdict,
)
from ..observability import Metrics, get_secure_logger
from ..policies import ANSWERS, refusal
from ..policies.body_errors import describe
from ..stores import Call, Ledger, Submission, register_tenant
from .burial import bury
from .incoming import IncomingMessage
from .patience import Patience, Pause
from .planning import Asked, Planner

T = TypeVar("T")

# The steps of this module ask for calls only.
Answer = Generator[Call[Any] | Pause, Any, T]

# A longer wait would lie in the worker's memory for too long.
RETRY_LATER_MAXIMUM_SECONDS = 60.0

_log = get_secure_logger(__name__)


class RetryLater(Exception):
    """The message may be admitted after some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not admitted yet; try again in {seconds:g} s")
        self.seconds = seconds


class ForeignMessages:
    """Submits on behalf of SYSTEM, under the message's own id: a redelivery is admitted once."""

    def __init__(
        self, planner: Planner, ledger: Ledger, patience: Patience, metrics: Metrics
    ) -> None:
        self._planner = planner
        self._ledger = ledger
        self._patience = patience
        self._metrics = metrics
        self._is_registered = False

    def admit(self, task: Task[Any, Any], message: IncomingMessage) -> Answer[Outcome | None]:
        """How the delivery ends here already; None when the execution may begin.

        What is answered has nothing to begin, unless it is to compute its answer anew. Raises
        RetryLater where waiting helps.
        """
        text = json.dumps(message.arguments)
        try:
            args = task.args_model.model_validate_json(text)
            return (yield from self._submit(Asked(task, args, SYSTEM, message.execution_id)))
        except StoreUnavailable:
            raise
        except TaskRejected as refused:
            if refused.retry_after_seconds is not None:
                raise RetryLater(
                    min(refused.retry_after_seconds, RETRY_LATER_MAXIMUM_SECONDS)
                ) from refused
            if (yield from self._is_recorded(message)):
                if not isinstance(refused, IdempotencyMismatch):
                    return None
                # That record has its own message; of this one, this line is all that stays.
                _log.error("foreign message refused: its id belongs to another submission")
                return Outcome.REJECTED
            return (yield from self._bury(task, message, text, refused))
        except ValidationError as error:
            if (yield from self._is_recorded(message)):
                return None
            return (yield from self._bury(task, message, text, error))

    def _submit(self, asked: Asked) -> Answer[Outcome | None]:
        """Record what has a message already. Raises a TaskRejected when it is refused."""
        if not self._is_registered:
            registration = register_tenant(self._ledger.keys, SYSTEM.tenant)
            yield from self._patience.insist(registration)
            self._is_registered = True
        call = self._ledger.admit(self._planner.record_only(asked))
        admission = yield from self._patience.insist(call)
        self._metrics.record_submitted(asked.task.name, admission.verdict, admission.policy)
        if admission.verdict not in ANSWERS:
            raise refusal(asked.task.name, asked.execution_id, admission)
        if admission.verdict is Verdict.ADMITTED or admission.is_refresh:
            return None
        _log.info("foreign message answered", verdict=admission.verdict, by=admission.execution_id)
        return Outcome.DUPLICATE

    def _is_recorded(self, message: IncomingMessage) -> Answer[bool]:
        """Whether an earlier delivery admitted it: what it holds then, its own end gives back."""
        call = self._ledger.recall(message.execution_id, message.tenant)
        return (yield from self._patience.insist(call)) is not None

    def _bury(
        self, task: Task[Any, Any], message: IncomingMessage, text: str, error: Exception
    ) -> Answer[Outcome]:
        """Leave a dead record: a message that vanished would tell its producer nothing."""
        fits = len(text.encode()) <= self._planner.args_bytes_maximum
        submission = Submission(
            execution_id=message.execution_id,
            task=task.name,
            queue=task.queue,
            priority=task.priority,
            args_json=text if fits else "{}",
            principal=SYSTEM,
            correlation_id="",
        )
        yield from self._patience.insist(self._ledger.admit(submission))
        reason = describe(error)
        burial = bury(self._ledger, message.execution_id, message.tenant, reason, fence=0)
        yield from self._patience.insist(burial)
        _log.error("foreign message refused", error=f"{reason.kind}: {reason.message}")
        return Outcome.REJECTED
