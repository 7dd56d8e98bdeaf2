"""Template-owned. The face of the chassis: all that tasks, events and endpoints may import.

Change behaviour through settings, policies and your own modules; edits below this folder meet the
next `copier update`.
"""

from .contracts import (
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
from .observability import get_secure_logger
from .policies import (
    cached,
    circuit_breaker,
    concurrency_limit,
    credits,
    fallback,
    idempotent,
    rate_limit,
    require_roles,
    require_scopes,
    retry,
    timeout,
)
from .worker.registry import task

__all__ = [
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
    "cached",
    "circuit_breaker",
    "concurrency_limit",
    "credits",
    "fallback",
    "get_secure_logger",
    "idempotent",
    "on",
    "rate_limit",
    "require_roles",
    "require_scopes",
    "retry",
    "task",
    "timeout",
]
