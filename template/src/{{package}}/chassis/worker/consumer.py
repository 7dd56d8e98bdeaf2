"""Celery's consumer, except that what it cannot take is kept with the reason, and never logged whole.

Celery acknowledges such a message, and writes its body into the log.
"""

from collections.abc import Mapping
from typing import Any

from celery.worker.consumer import Consumer

from ..observability import describe_error, get_secure_logger
from .incoming import read_message

_log = get_secure_logger(__name__)


class BuryingConsumer(Consumer):  # type: ignore[misc]  # Celery is published without types
    """Moves what it refuses to the dead messages, in the order in which Celery's handler asks."""

    def on_unknown_message(self, body: Any, message: Any) -> None:  # noqa: ARG002 - Celery's own
        """Bury what names no task."""
        _bury(message, "it names no task")

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Bury what its content type cannot read."""
        _bury(message, f"its body cannot be decoded: {describe_error(exc)}")

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:  # noqa: ARG002
        """Bury what nobody has recorded; an execution waits for a version that knows its task."""
        headers: Mapping[str, object] = message.headers
        found = read_message(str(headers.get("id")), headers, (), {})
        if found.is_foreign:
            _bury(message, "no task of this name is registered")
            return
        message.ack()
        _log.error(
            "message of an unknown task dropped; its execution waits for one that knows it",
            task=headers["task"],
            execution_id=found.execution_id,
            tenant=found.tenant,
        )

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:  # noqa: ARG002
        """Bury what breaks the protocol, or is written in a form that we do not accept."""
        _bury(message, f"it is no valid task message: {describe_error(exc)}")


def _bury(message: Any, reason: str) -> None:
    headers = message.headers if isinstance(message.headers, Mapping) else {}
    message.channel.bury_held(message.delivery_tag, reason, str(headers.get("task") or ""))
