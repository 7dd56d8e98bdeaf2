"""Policies: one file each, one pipeline that orders them."""

from .breaker import CircuitState
from .breakers import Breakers
from .cached import Cached, cached, schema_of
from .circuit_breaker import CircuitBreaker, circuit_breaker
from .concurrency_limit import concurrency_limit
from .credits import credits
from .fallback import fallback
from .idempotent import idempotent
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

__all__ = [
    "ANSWERS",
    "AdmissionCall",
    "Breakers",
    "Cached",
    "CircuitBreaker",
    "CircuitState",
    "Pipeline",
    "RetryBudgets",
    "Surroundings",
    "Timeout",
    "cached",
    "circuit_breaker",
    "collected",
    "compile_policies",
    "concurrency_limit",
    "credits",
    "fallback",
    "idempotent",
    "is_shed",
    "pipeline_of",
    "rate_limit",
    "refusal",
    "require_roles",
    "require_scopes",
    "retry",
    "schema_of",
    "shedding_step",
    "timeout",
]
