"""Policies: one file each, one pipeline that orders them."""

from .breaker import CircuitState
from .breakers import Breakers
from .circuit_breaker import CircuitBreaker, circuit_breaker
from .credits import credits
from .idempotent import idempotent
from .pipeline import Pipeline, compile_policies, pipeline_of
from .policy import AdmissionCall, collected
from .rate_limit import rate_limit
from .refusal import ANSWERS, refusal
from .retry import retry
from .surroundings import Surroundings
from .timeout import Timeout, timeout

__all__ = [
    "ANSWERS",
    "AdmissionCall",
    "Breakers",
    "CircuitBreaker",
    "CircuitState",
    "Pipeline",
    "Surroundings",
    "Timeout",
    "circuit_breaker",
    "collected",
    "compile_policies",
    "credits",
    "idempotent",
    "pipeline_of",
    "rate_limit",
    "refusal",
    "retry",
    "timeout",
]
