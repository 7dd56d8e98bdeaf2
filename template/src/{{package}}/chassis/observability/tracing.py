"""Distributed tracing: one seam, and a default that only passes the caller's trace on."""

import importlib.util
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Final, Literal, Protocol

SpanKind = Literal["server", "producer", "consumer", "internal"]

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_inherited: ContextVar[str] = ContextVar("traceparent", default="")


class Span(Protocol):
    """A stretch of work in a trace."""

    def set_attribute(self, key: str, value: str | float | bool, /) -> None: ...
    def record_failure(self, error: BaseException, /) -> None: ...


class Tracing(Protocol):
    """Follows one piece of work across processes by the W3C ``traceparent`` header."""

    def span(
        self, name: str, kind: SpanKind, *, traceparent: str = "", **attributes: str | int
    ) -> AbstractContextManager[Span]:
        """A span around the block, below ``traceparent`` or else below the span around it."""

    def traceparent(self) -> str:
        """What the next process should be told; empty without a trace."""

    def start_after_fork(self) -> None:
        """Start the exporter in this child: threads do not survive a fork."""

    def stop(self) -> None:
        """Send what is left, within a few seconds, and end."""


class PassThroughTracing:
    """No tracing of our own: a caller's ``traceparent`` reaches the next process untouched."""

    @contextmanager
    def span(
        self,
        name: str,  # noqa: ARG002 - the protocol's parameters
        kind: SpanKind,  # noqa: ARG002
        *,
        traceparent: str = "",
        **attributes: str | int,  # noqa: ARG002
    ) -> Iterator[Span]:
        token = _inherited.set(accept_traceparent(traceparent) or _inherited.get())
        try:
            yield _SilentSpan()
        finally:
            _inherited.reset(token)

    def traceparent(self) -> str:
        return _inherited.get()

    def start_after_fork(self) -> None:
        """Nothing runs, so nothing is started."""

    def stop(self) -> None:
        """Nothing runs, so nothing is stopped."""


def build_tracing(service: str, role: str) -> Tracing:
    """OpenTelemetry where the feature is installed and an endpoint is set, else pass-through."""
    name = f"{__package__}.opentelemetry"
    if importlib.util.find_spec(name) is None:
        return PassThroughTracing()
    found: Tracing | None = importlib.import_module(name).build(service, role)
    return found or PassThroughTracing()


def accept_traceparent(offered: str) -> str:
    """A caller's header if it has the W3C form, else an empty string."""
    return offered if len(offered) <= 128 and _TRACEPARENT.fullmatch(offered) else ""


class _SilentSpan:
    def set_attribute(self, key: str, value: str | float | bool, /) -> None:
        """Forget it."""

    def record_failure(self, error: BaseException, /) -> None:
        """Forget it."""
