"""Policies: one file each, one pipeline that orders them."""

from .credits import credits
from .idempotent import idempotent
from .pipeline import admission_steps, compile_policies, run_async, run_sync
from .policy import AdmissionCall, collected
from .rate_limit import rate_limit
from .retry import retry
from .timeout import Timeout, timeout

__all__ = [
    "AdmissionCall",
    "Timeout",
    "admission_steps",
    "collected",
    "compile_policies",
    "credits",
    "idempotent",
    "rate_limit",
    "retry",
    "run_async",
    "run_sync",
    "timeout",
]
