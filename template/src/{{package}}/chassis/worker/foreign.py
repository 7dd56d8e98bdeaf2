"""Admits messages that nobody submitted, when they arrive; what cannot be admitted is buried."""

import json
from typing import Any, Literal

from pydantic import ValidationError

from ..contracts import SYSTEM, IdempotencyMismatch, StoreUnavailable, Task, TaskRejected
from ..observability import get_secure_logger
from ..stores import Ledger, Submission
from .burial import bury
from .conclude import describe
from .incoming import IncomingMessage
from .patience import PatientStore
from .planning import Asked
from .submit import Submitter

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
        self,
        submitter: Submitter,
        store: PatientStore,
        ledger: Ledger,
        *,
        args_bytes_maximum: int,
    ) -> None:
        self._submitter = submitter
        self._store = store
        self._ledger = ledger
        self._args_bytes_maximum = args_bytes_maximum

    def admit(self, task: Task[Any, Any], message: IncomingMessage) -> bool:
        """Whether the execution may begin. Raises RetryLater where waiting helps."""
        text = json.dumps(message.arguments)
        try:
            args = task.args_model.model_validate_json(text)
            self._submitter.admit_only(Asked(task, args, SYSTEM, message.execution_id))
        except StoreUnavailable:
            raise
        except TaskRejected as refused:
            if refused.retry_after_seconds is not None:
                raise RetryLater(
                    min(refused.retry_after_seconds, RETRY_LATER_MAXIMUM_SECONDS)
                ) from refused
            if isinstance(refused, IdempotencyMismatch) and self._is_recorded(message):
                # That record has its own message; of this one, this line is all that stays.
                _log.error("foreign message refused: its id belongs to another submission")
                return False
            return self._is_recorded(message) or self._bury(task, message, text, refused)
        except ValidationError as error:
            return self._is_recorded(message) or self._bury(task, message, text, error)
        return True

    def _is_recorded(self, message: IncomingMessage) -> bool:
        """Whether an earlier delivery admitted it: what it holds then, its own end gives back."""
        found = self._store.run(self._ledger.recall(message.execution_id, message.tenant))
        return found is not None

    def _bury(
        self, task: Task[Any, Any], message: IncomingMessage, text: str, error: Exception
    ) -> Literal[False]:
        """Leave a dead record: a message that vanished would tell its producer nothing."""
        fits = len(text.encode()) <= self._args_bytes_maximum
        submission = Submission(
            execution_id=message.execution_id,
            task=task.name,
            queue=task.queue,
            priority=task.priority,
            args_json=text if fits else "{}",
            principal=SYSTEM,
            correlation_id="",
        )
        self._store.run(self._ledger.admit(submission))
        reason = describe(error)
        self._store.run(bury(self._ledger, message.execution_id, message.tenant, reason, fence=0))
        _log.error("foreign message refused", error=f"{reason.kind}: {reason.message}")
        return False
