"""Tracing by OpenTelemetry, exported over OTLP/HTTP; configured by its standard variables."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from .redaction import describe_error
from .tracing import Span, SpanKind

FLUSH_MILLISECONDS: Final = 3_000
DEFAULT_RATIO: Final = 0.1

_KINDS: Final = {
    "server": trace.SpanKind.SERVER,
    "producer": trace.SpanKind.PRODUCER,
    "consumer": trace.SpanKind.CONSUMER,
    "internal": trace.SpanKind.INTERNAL,
}
_propagator: Final = TraceContextTextMapPropagator()


class OpenTelemetryTracing:
    """Spans of this process; the exporter starts at once, and again in every forked child."""

    def __init__(self, service: str, role: str, exporter: SpanExporter | None = None) -> None:
        self._resource = Resource.create({"service.name": service, "service.instance.role": role})
        self._exporter = exporter
        self._provider = self._start()

    @contextmanager
    def span(
        self, name: str, kind: SpanKind, *, traceparent: str = "", **attributes: str | int
    ) -> Iterator[Span]:
        with self._provider.get_tracer("chassis").start_as_current_span(
            name,
            context=_context(traceparent),
            kind=_KINDS[kind],
            attributes=attributes,
            # An exception's text and stack may hold secrets; `record_failure` redacts.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            recorded = _RecordedSpan(span)
            try:
                yield recorded
            except Exception as error:
                recorded.record_failure(error)
                raise

    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        return carrier.get("traceparent", "")

    def start_after_fork(self) -> None:
        self._provider = self._start()

    def stop(self) -> None:
        self._provider.force_flush(FLUSH_MILLISECONDS)
        self._provider.shutdown()

    def _start(self) -> TracerProvider:
        provider = TracerProvider(
            resource=self._resource,
            sampler=ParentBased(TraceIdRatioBased(_ratio())),
            # The chassis stops tracing itself: pool children end without running exit hooks.
            shutdown_on_exit=False,
        )
        provider.add_span_processor(BatchSpanProcessor(self._exporter or OTLPSpanExporter()))
        return provider


def build(service: str, role: str) -> OpenTelemetryTracing | None:
    """Tracing if an OTLP endpoint is set, else None: then nothing starts and nothing is sent."""
    # These variables belong to OpenTelemetry, whose exporter reads them from here as well.
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if not any(os.environ.get(name) for name in endpoints):
        return None
    return OpenTelemetryTracing(service, role)


class _RecordedSpan:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set_attribute(self, key: str, value: str | float | bool, /) -> None:
        self._span.set_attribute(key, value)

    def record_failure(self, error: BaseException, /) -> None:
        self._span.set_attribute("error.type", type(error).__name__)
        self._span.set_status(trace.StatusCode.ERROR, describe_error(error))


def _context(traceparent: str) -> Context | None:
    return _propagator.extract({"traceparent": traceparent}) if traceparent else None


def _ratio() -> float:
    return float(os.environ.get("OTEL_TRACES_SAMPLER_ARG", DEFAULT_RATIO))
