"""Policies: one file each, one pipeline that orders them."""

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
    "Pipeline",
    "Surroundings",
    "Timeout",
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
