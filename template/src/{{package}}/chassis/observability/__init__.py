"""Logs with redaction, metrics, health and tracing; depends on contracts alone."""

from .context import accept_correlation_id, bind_context, current_correlation_id
from .exposition import Check, Exposition, Heartbeat, evaluate, start_exposition
from .logs import configure_logs, get_secure_logger
from .metric_row import Role
from .metrics import Metrics
from .multiprocess import (
    is_multiprocess,
    mark_child_started,
    prepare_multiprocess,
    registry_of_all_processes,
)
from .options import TelemetryOptions
from .redaction import REDACTED, Redactor, describe_error, redact_stored_text, redact_text
from .stages import measure_performance, trace_function, track_errors, use_tracing
from .tracing import PassThroughTracing, Span, Tracing, accept_traceparent, build_tracing

__all__ = [
    "REDACTED",
    "Check",
    "Exposition",
    "Heartbeat",
    "Metrics",
    "PassThroughTracing",
    "Redactor",
    "Role",
    "Span",
    "TelemetryOptions",
    "Tracing",
    "accept_correlation_id",
    "accept_traceparent",
    "bind_context",
    "build_tracing",
    "configure_logs",
    "current_correlation_id",
    "describe_error",
    "evaluate",
    "get_secure_logger",
    "is_multiprocess",
    "mark_child_started",
    "measure_performance",
    "prepare_multiprocess",
    "redact_stored_text",
    "redact_text",
    "registry_of_all_processes",
    "start_exposition",
    "trace_function",
    "track_errors",
    "use_tracing",
]
