"""When scheduled tasks run next, and ran last."""

import math
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from ..app import Service
from ..chassis.contracts import StoreUnavailable, Task
from ..chassis.stores import last_slots

UNKNOWN = "unknown: Valkey does not answer"


def schedules_of(
    service: Service, tasks: Iterable[Task[Any, Any]]
) -> Iterator[tuple[Task[Any, Any], dict[str, str]]]:
    """Each task with what to show of its schedule. Asks Valkey once, and only for scheduled ones."""
    listed = list(tasks)
    last = _last_slots(service) if any(task.schedule for task in listed) else {}
    for task in listed:
        yield task, _in_words(task, None if last is None else last.get(task.name, 0.0))


def _last_slots(service: Service) -> dict[str, float] | None:
    try:
        return service.store.run(last_slots(service.keys))
    except StoreUnavailable:
        # The rest of the answer needs no server.
        return None


def _in_words(task: Task[Any, Any], last: float | None) -> dict[str, str]:
    if task.schedule is None:
        return {"schedule": "never by itself"}
    return {
        "schedule": str(task.schedule),
        "next_run": _moment(task.schedule.slot_at(time.time()).end),
        "last_run": UNKNOWN if last is None else _moment(last) if last else "never",
    }


def _moment(seconds: float) -> str:
    if math.isinf(seconds):
        return "never again"
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
