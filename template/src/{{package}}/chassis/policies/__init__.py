"""Policies: one file each, one pipeline that orders them."""

from .acting import Caller, act_as, acting_as, current_caller
from .breaker import CircuitState
from .breakers import Breakers
from .charging import call_function_with_credits, estimate_credits_for_task
from .circuit_breaker import CircuitBreaker, circuit_breaker
from .credits import credits
from .fallback import fallback
from .guard import guard_of
from .guarded import guarded
from .guards import Guards, uninstall
from .idempotent import idempotent
from .io_task_config import ValkeyIOTaskConfig
from .load_shedding import is_shed, shedding_step
from .permission import require_roles, require_scopes
from .pipeline import Pipeline, compile_policies, pipeline_of
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
    "call_function_with_credits",
    "circuit_breaker",
    "collected",
    "compile_policies",
    "credits",
    "current_caller",
    "estimate_credits_for_task",
    "fallback",
    "guard_of",
    "guarded",
    "idempotent",
    "is_shed",
    "pipeline_of",
    "rate_limit",
    "refusal",
    "require_roles",
    "require_scopes",
    "retry",
    "shedding_step",
    "timeout",
    "uninstall",
    "use_credits",
]
