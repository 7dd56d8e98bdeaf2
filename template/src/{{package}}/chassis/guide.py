"""Template-owned. Names of the original best-practices guide, for code that moves here with them.

They are the things themselves under their old names; `APIError` and `log_and_raise_http_exception`
need the web framework, and stand in `http` beside this module. New code says `guarded`, `rate_limit`.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from .observability import (
    get_secure_logger,
    measure_performance,
    trace_function,
    track_errors,
)
from .policies import (
    ValkeyIOTaskConfig,
    cached,
    call_function_with_credits,
    circuit_breaker,
    estimate_credits_for_task,
    guarded,
    rate_limit,
)
from .stores import ValkeyConfig

P = ParamSpec("P")
R = TypeVar("R")

run_io_task_with_best_practices_valkey = guarded
service_rate_limit = rate_limit
circuit_breaker_decorator = circuit_breaker
cache_decorator = cached


def verify_and_limit(
    limit: Callable[[Callable[P, R]], Callable[P, R]],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Put an endpoint under a `service_rate_limit`; its router has verified the caller already."""
    return lambda function: guarded(limit(function))


__all__ = [
    "ValkeyConfig",
    "ValkeyIOTaskConfig",
    "cache_decorator",
    "call_function_with_credits",
    "circuit_breaker_decorator",
    "estimate_credits_for_task",
    "get_secure_logger",
    "measure_performance",
    "run_io_task_with_best_practices_valkey",
    "service_rate_limit",
    "trace_function",
    "track_errors",
    "verify_and_limit",
]
