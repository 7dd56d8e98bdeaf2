"""What every log line of one piece of work carries: who caused it, and which work it is."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from structlog.typing import EventDict, WrappedLogger

# Ours, since binding and unbinding structlog's cost more than many a body: each task does it thrice.
_bound: ContextVar[Mapping[str, str | int]] = ContextVar("bound", default={})  # noqa: B039 - never changed

_CORRELATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


@contextmanager
def bind_context(
    *,
    correlation_id: str | None = None,
    execution_id: str | None = None,
    task: str | None = None,
    tenant: str | None = None,
    attempt: int | None = None,
    event: str | None = None,
    event_id: str | None = None,
) -> Iterator[None]:
    """Put these on every log line inside the block. None leaves what is bound already.

    Only identifiers: what users sent never becomes context.
    """
    given = {
        "correlation_id": correlation_id,
        "execution_id": execution_id,
        "task": task,
        "tenant": tenant,
        "attempt": attempt,
        # `event` is the message itself in a structlog line.
        "event_name": event,
        "event_id": event_id,
    }
    known = {name: value for name, value in given.items() if value is not None}
    token = _bound.set({**_bound.get(), **known})
    try:
        yield
    finally:
        _bound.reset(token)


def merge_bound(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Put what is bound on a line; what the line itself says goes first."""
    for name, value in _bound.get().items():
        line.setdefault(name, value)
    return line


def current_correlation_id() -> str:
    """The correlation id bound here, or an empty string."""
    bound = _bound.get().get("correlation_id", "")
    return bound if isinstance(bound, str) else ""


def accept_correlation_id(offered: str | None) -> str | None:
    """A caller's id if it has the form of one (up to 128 letters, digits, ``.:_-``), else None."""
    return offered if offered and _CORRELATION_ID.fullmatch(offered) else None
