"""The outermost layer of a request: its correlation id, trace, metrics, log line and last resort."""

import time
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..observability import (
    Metrics,
    Span,
    Tracing,
    accept_correlation_id,
    accept_traceparent,
    bind_context,
    get_secure_logger,
)
from .address_limit import PROBES
from .problem_responses import problem_response
from .route_templates import RouteTemplates
from .transport_problems import INTERNAL

CORRELATION_HEADER: Final = "x-request-id"

# No answer was sent, so this is no status of HTTP's; proxies use the same number.
CALLER_LEFT: Final = 499

_log = get_secure_logger(__name__)


class RequestEdge:
    """ASGI middleware: every request ends with a response, a measurement and one log line."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, tracing: Tracing, templates: RouteTemplates
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        self._templates = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        correlation_id = accept_correlation_id(headers.get(CORRELATION_HEADER)) or uuid4().hex
        traceparent = accept_traceparent(headers.get("traceparent", ""))
        name = f"HTTP {scope['method']}"
        with (
            bind_context(correlation_id=correlation_id),
            self._tracing.span(name, "server", traceparent=traceparent) as span,
        ):
            answer = _Answer(scope, send, correlation_id, span, self._metrics, self._templates)
            try:
                await self._app(scope, receive, answer)
            except Exception:
                _log.exception("request crashed", method=scope["method"])
                if answer.status is not None:
                    # Half a response cannot be taken back; the server cuts the connection.
                    raise
                await problem_response(INTERNAL, INTERNAL.explanation)(scope, receive, answer)
            finally:
                answer.finish()


class _Answer:
    """Passes the response on, completes its headers, and records how it ended."""

    def __init__(
        self,
        scope: Scope,
        send: Send,
        correlation_id: str,
        span: Span,
        metrics: Metrics,
        templates: RouteTemplates,
    ) -> None:
        self.status: int | None = None
        self._scope = scope
        self._send = send
        self._correlation_id = correlation_id
        self._span = span
        self._metrics = metrics
        self._templates = templates
        self._started = time.perf_counter()
        self._finished = False
        self._streams_since: float | None = None
        metrics.http_started()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[CORRELATION_HEADER] = self._correlation_id
            headers["x-content-type-options"] = "nosniff"
            # Answers belong to their caller; nothing in between may keep one.
            headers.setdefault("cache-control", "no-store")
            if headers.get("content-type", "").startswith("text/event-stream"):
                self._streams_since = time.perf_counter()
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            # Before the last piece goes out: whoever has the answer finds it recorded.
            self.finish()
        await self._send(message)

    def finish(self) -> None:
        """Record the request, once; also one whose caller left before it was answered."""
        if self._finished:
            return
        self._finished = True
        ended = time.perf_counter()
        seconds = ended - self._started
        # How long a stream lasts is its caller's to choose: its answer came when it began.
        answered_after = (self._streams_since or ended) - self._started
        status = self.status or CALLER_LEFT
        method, route = self._scope["method"], self._templates.of(self._scope)
        self._span.set_attribute("http.route", route or "unmatched")
        self._span.set_attribute("http.response.status_code", status)
        self._metrics.http_finished(method, route, status, answered_after)
        if self._scope["path"] not in PROBES or status != HTTPStatus.OK:
            _log.info(
                "request answered",
                method=method,
                route=route or "unmatched",
                status=status,
                seconds=round(seconds, 6),
            )
