"""Policies: one file each, one pipeline that orders them."""

from .acting import Caller, act_as, acting_as, current_caller
from .breaker import CircuitState
from .breakers import Breakers
from .cached import Cached, cached, schema_of
from .charging import call_function_with_credits, estimate_credits_for_task
from .chosen import word_of
from .circuit_breaker import CircuitBreaker, circuit_breaker
from .concurrency_limit import concurrency_limit
from .credits import credits
from .fallback import fallback
from .fitting import label_of
from .guard import guard_of
from .guarded import guarded
from .guards import Guards, uninstall
from .idempotent import idempotent
from .io_task_config import ValkeyIOTaskConfig
from .last_good import last_good
from .load_shedding import excess, retry_after_seconds, shed
from .permission import require_roles, require_scopes
from .pipeline import Pipeline, compile_policies, pipeline_of, recompiled, with_options
from .policy import AdmissionCall, collected
from .rate_limit import rate_limit
from .refusal import ANSWERS, refusal
from .retry import retry
from .retry_budget import RetryBudgets
from .surroundings import Surroundings
from .timeout import Timeout, timeout
from .usage import use_credits

__all__ = [
    "ANSWERS",
    "AdmissionCall",
    "Breakers",
    "Cached",
    "Caller",
    "CircuitBreaker",
    "CircuitState",
    "Guards",
    "Pipeline",
    "RetryBudgets",
    "Surroundings",
    "Timeout",
    "ValkeyIOTaskConfig",
    "act_as",
    "acting_as",
    "cached",
    "call_function_with_credits",
    "circuit_breaker",
    "collected",
    "compile_policies",
    "concurrency_limit",
    "credits",
    "current_caller",
    "estimate_credits_for_task",
    "excess",
    "fallback",
    "guard_of",
    "guarded",
    "idempotent",
    "label_of",
    "last_good",
    "pipeline_of",
    "rate_limit",
    "recompiled",
    "refusal",
    "require_roles",
    "require_scopes",
    "retry",
    "retry_after_seconds",
    "schema_of",
    "shed",
    "timeout",
    "uninstall",
    "use_credits",
    "with_options",
    "word_of",
]
