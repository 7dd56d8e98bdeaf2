"""Builds the Celery message of an execution, as kombu's Redis transport would have pushed it.

Built here instead of by `apply_async`, so that it can ride in the admission script and so that the
API needs no Celery. A contract test compares the two.
"""

import json
import socket
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quoted
from os import getpid
from secrets import token_hex
from typing import Final

from ..contracts import Priority
from ..stores import Keys, Push

# How kombu names the list of one priority step; step 0 is the queue's own name.
PRIORITY_SEPARATOR: Final = "\x06\x16"
PRIORITY_STEPS: Final = tuple(sorted(priority.value for priority in Priority))

# Arguments stay in the execution record: brokers, logs and monitors never see them.
_BODY: Final = [[], {}, dict.fromkeys(("callbacks", "errbacks", "chain", "chord"))]

# What differs from message to message; all else is constant per task.
_SLOTS: Final = ("id", "tenant", "enqueued_ms", "correlation_id", "traceparent", "delivery_tag")


def new_id() -> str:
    """An id that no other one equals: of an execution, or of one copy of its message."""
    return token_hex(16)


class Messages:
    """Makes messages and names the broker lists they go to."""

    def __init__(self, keys: Keys, *, new_id: Callable[[], str] = new_id) -> None:
        self.prefix = keys.broker
        self._new_id = new_id
        self._origin = f"gen{getpid()}@{socket.gethostname()}"

    def queue_key(self, queue: str, priority: int) -> str:
        """The broker list of one queue and priority."""
        step = max(each for each in PRIORITY_STEPS if each <= priority)
        return f"{self.prefix}{queue}{PRIORITY_SEPARATOR}{step}" if step else self.prefix + queue

    def push(
        self,
        *,
        task: str,
        queue: str,
        priority: int,
        execution_id: str,
        tenant: str,
        enqueued_ms: int,
        correlation_id: str = "",
        traceparent: str = "",
    ) -> Push:
        """The message that tells a worker to begin one execution, and where to push it."""
        values = {
            "id": _quoted(execution_id),
            "tenant": _quoted(tenant),
            "enqueued_ms": enqueued_ms,
            "correlation_id": _quoted(correlation_id),
            "traceparent": _quoted(traceparent),
            # Unique per message: copies of one execution are acknowledged one by one.
            "delivery_tag": _quoted(self._new_id()),
        }
        text = _template(task, queue, priority, self._origin) % values
        return Push(self.queue_key(queue, priority), text)


@lru_cache(maxsize=1024)
def _template(task: str, queue: str, priority: int, origin: str) -> str:
    """The message as JSON, with `%(name)s` where a slot's value goes."""
    nothing = dict.fromkeys(("shadow", "eta", "expires", "group", "group_index"))
    message = {
        "body": b64encode(json.dumps(_BODY).encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": task,
            "id": _slot("id"),
            **nothing,
            "retries": 0,
            "timelimit": [None, None],
            "root_id": _slot("id"),
            "parent_id": None,
            "argsrepr": "()",
            "kwargsrepr": "{}",
            "origin": origin,
            "ignore_result": True,
            "replaced_task_nesting": 0,
            "stamped_headers": None,
            "stamps": {},
            "execution": _slot("id"),
            "tenant": _slot("tenant"),
            "enqueued_ms": _slot("enqueued_ms"),
            "correlation": _slot("correlation_id"),
            "traceparent": _slot("traceparent"),
        },
        "properties": {
            "correlation_id": _slot("id"),
            "reply_to": "",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": queue},
            "priority": priority,
            "body_encoding": "base64",
            "delivery_tag": _slot("delivery_tag"),
        },
    }
    text = json.dumps(message).replace("%", "%%")
    for name in _SLOTS:
        text = text.replace(json.dumps(_slot(name)), f"%({name})s")
    return text


def _slot(name: str) -> str:
    # No name of a task or queue holds a NUL, so a slot is never mistaken.
    return f"\0{name}"
