"""Calls a task's body or an event's handler alone, without policies, worker or store, and keeps what a
body said meanwhile.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..contracts import (
    SYSTEM,
    Event,
    EventContext,
    Handler,
    Principal,
    Progress,
    Settings,
    Task,
    TaskContext,
    TaskResult,
)
from ..contracts.event import E
from ..contracts.task import A, R

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a body logged."""

    level: str
    event: str
    fields: dict[str, object]


@dataclass(slots=True)
class Recording:
    """What a body said while it ran, in order. Serves as its logger and its progress sink."""

    logs: list[LogLine] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    credits: dict[str, int] = field(default_factory=dict)

    def debug(self, event: str, /, **fields: object) -> None:
        self.logs.append(LogLine("debug", event, fields))

    def info(self, event: str, /, **fields: object) -> None:
        self.logs.append(LogLine("info", event, fields))

    def warning(self, event: str, /, **fields: object) -> None:
        self.logs.append(LogLine("warning", event, fields))

    def error(self, event: str, /, **fields: object) -> None:
        self.logs.append(LogLine("error", event, fields))


def fake_context(
    recording: Recording | None = None,
    *,
    settings: Iterable[Settings] = (),
    principal: Principal = SYSTEM,
    execution_id: str = "00000000-0000-4000-8000-000000000000",
    attempt: int = 1,
    delivery: int = 1,
    correlation_id: str = "test",
    last_good: TaskResult | None = None,
) -> TaskContext:
    """A context that records. Settings sections not given have their defaults."""
    heard = recording if recording is not None else Recording()
    return TaskContext(
        execution_id=execution_id,
        logger=heard,
        report=heard.progress.append,
        principal=principal,
        attempt=attempt,
        delivery=delivery,
        correlation_id=correlation_id,
        outbox=heard.events,
        used=heard.credits,
        sections=_sections_of(settings),
        recalled=last_good,
    )


# The keywords are fake_context's, which checks them.
def run_body(task: Task[A, R], args: A, recording: Recording | None = None, **context: Any) -> R:
    """Run the body once, `async def` or `def`, and return its result. Keywords as `fake_context`."""
    returned = task.function(args, fake_context(recording, **context))
    result: R = asyncio.run(_awaited(returned)) if inspect.isawaitable(returned) else returned
    return result


def run_handler(
    handler: Handler[E],
    event: E,
    *,
    settings: Iterable[Settings] = (),
    tenant: str = "test",
    event_id: str = "00000000-0000-4000-8000-000000000000",
    delivery: int = 1,
    correlation_id: str = "test",
) -> None:
    """Call the handler once. Settings sections not given have their defaults."""
    context = EventContext(event_id, tenant, correlation_id, delivery, _sections_of(settings))
    asyncio.run(_awaited(handler.function(event, context)))


async def _awaited(returned: Awaitable[T]) -> T:
    return await returned


class _Sections(dict[type[Settings], Settings]):
    def get(self, model: type[Settings], default: Any = None) -> Any:  # noqa: ARG002 - dict's own
        if model not in self:
            self[model] = model()
        return self[model]


def _sections_of(settings: Iterable[Settings]) -> _Sections:
    return _Sections({type(section): section for section in settings})
