"""How Celery takes a message: what is due far ahead goes to the ledger, not into memory.

Celery's own way is to hold such a message in the worker's memory, unacknowledged, until it is due;
and to look at the form of a body when it is too late to refuse the message.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from celery.exceptions import InvalidTaskError
from celery.worker.strategy import default

from ..observability import get_secure_logger
from .incoming import IncomingMessage, read_message
from .results import has_no_results

_NO_TIME_LIMITS: Final = (None, [None, None])

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class DueLater:
    """A foreign message that is nothing but a task, its arguments and a time."""

    message: IncomingMessage
    due: datetime


def deferring(task: Any, app: Any, consumer: Any, **options: Any) -> Callable[..., Any]:
    """Celery's own strategy, behind a look at its form and at when a message is due.

    What ``task.defer`` takes is acknowledged at once. Raises InvalidTaskError for another form than
    Celery's, which the consumer buries.
    """
    # Celery is published without types.
    deliver: Callable[..., Any] = default(task, app, consumer, **options)
    has_results = not has_no_results(task)

    def on_message(
        message: Any, body: Any, ack: Callable[..., object], *others: Any, **more: Any
    ) -> Any:
        if body is None:
            _check_form(message.payload)
        if body is None and message.headers.get("eta"):
            late = read_due_later(message.headers, message.payload, has_results=has_results)
            if late is not None and task.defer(late):
                ack(_log, consumer.connection_errors)
                return None
        return deliver(message, body, ack, *others, **more)

    return on_message


def _check_form(payload: object) -> None:
    match payload:
        case [list() | tuple(), dict(), dict() | None] | {"args": _}:
            return
        case _:
            message = "its body is not [args, kwargs, options]"
            raise InvalidTaskError(message)


def read_due_later(
    headers: Mapping[str, Any], payload: Any, *, has_results: bool
) -> DueLater | None:
    """The message and its time; None for what only Celery itself can keep in full."""
    due = _moment(headers.get("eta"))
    # An execution record cannot say these, so they would be lost.
    is_more = (
        headers.get("expires") is not None
        or headers.get("timelimit") not in _NO_TIME_LIMITS
        or (has_results and not headers.get("ignore_result"))
    )
    if due is None or is_more:
        return None
    match payload:
        case [list() | tuple() as args, dict() as kwargs, dict() as more] if not any(more.values()):
            message = read_message(str(headers.get("id")), headers, args, kwargs)
            return DueLater(message, due) if message.is_foreign else None
        case _:
            return None


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        # Celery refuses it, in its own words.
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
