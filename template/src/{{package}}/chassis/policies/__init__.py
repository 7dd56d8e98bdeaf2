"""Policies: one file each, one pipeline that orders them."""

from .breaker import CircuitState
from .breakers import Breakers
from .chosen import word_of
from .circuit_breaker import CircuitBreaker, circuit_breaker
from .credits import credits
from .fallback import fallback
from .fitting import label_of
from .idempotent import idempotent
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

__all__ = [
    "ANSWERS",
    "AdmissionCall",
    "Breakers",
    "CircuitBreaker",
    "CircuitState",
    "Pipeline",
    "RetryBudgets",
    "Surroundings",
    "Timeout",
    "circuit_breaker",
    "collected",
    "compile_policies",
    "credits",
    "excess",
    "fallback",
    "idempotent",
    "label_of",
    "pipeline_of",
    "rate_limit",
    "recompiled",
    "refusal",
    "require_roles",
    "require_scopes",
    "retry",
    "retry_after_seconds",
    "shed",
    "timeout",
    "with_options",
    "word_of",
]
