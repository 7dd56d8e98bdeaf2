"""One log line for each message whose task this version does not know, in place of Celery's own.

Celery drops such a message, and writes its whole body into the log.
"""

import logging
from collections.abc import Mapping
from typing import Any

from celery import signals
from celery.worker.consumer import consumer

from ..observability import get_secure_logger
from .incoming import read_message

_log = get_secure_logger(__name__)


def log_unknown_tasks() -> None:
    """Replace Celery's line in this process."""
    logging.getLogger(consumer.__name__).addFilter(_is_no_dump)
    signals.task_unknown.connect(_log_unknown, weak=False)


def _is_no_dump(record: logging.LogRecord) -> bool:
    return bool(record.msg != consumer.UNKNOWN_TASK_ERROR)


# Celery's own signature.
def _log_unknown(*, id: str, name: str, message: Any, **_: object) -> None:  # noqa: A002
    headers: Mapping[str, object] = message.headers or {}
    found = read_message(id, headers, (), {})
    if found.is_foreign:
        event = "message of an unknown task dropped; no execution stands behind it"
    else:
        event = "message of an unknown task dropped; its execution waits for one that knows it"
    _log.error(event, task=name, execution_id=found.execution_id, tenant=found.tenant)
