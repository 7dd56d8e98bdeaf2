"""Template-owned. The face of the chassis: all that tasks, events and endpoints may import.

Change behaviour through settings, policies and your own modules; edits below this folder meet the
next `copier update`.
"""

from .contracts import (
    SYSTEM,
    Delivery,
    Event,
    EventContext,
    Principal,
    Priority,
    Secret,
    Settings,
    TaskArgs,
    TaskContext,
    TaskFailed,
    TaskResult,
)
from .messaging.handlers import on
from .observability import (
    get_secure_logger,
    measure_performance,
    trace_function,
    track_errors,
)
from .policies import (
    ValkeyIOTaskConfig,
    acting_as,
    cached,
    call_function_with_credits,
    circuit_breaker,
    concurrency_limit,
    credits,
    estimate_credits_for_task,
    fallback,
    guarded,
    idempotent,
    last_good,
    rate_limit,
    require_roles,
    require_scopes,
    retry,
    timeout,
    use_credits,
)
from .worker.registry import task

__all__ = [
    "SYSTEM",
    "Delivery",
    "Event",
    "EventContext",
    "Principal",
    "Priority",
    "Secret",
    "Settings",
    "TaskArgs",
    "TaskContext",
    "TaskFailed",
    "TaskResult",
    "ValkeyIOTaskConfig",
    "acting_as",
    "cached",
    "call_function_with_credits",
    "circuit_breaker",
    "concurrency_limit",
    "credits",
    "estimate_credits_for_task",
    "fallback",
    "get_secure_logger",
    "guarded",
    "idempotent",
    "last_good",
    "measure_performance",
    "on",
    "rate_limit",
    "require_roles",
    "require_scopes",
    "retry",
    "task",
    "timeout",
    "trace_function",
    "track_errors",
    "use_credits",
]
