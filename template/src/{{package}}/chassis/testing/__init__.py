"""What tests of a service need: bodies on their own, a real Valkey, and the running whole."""

from .altering import NEVER_ENDS
from .bodies import LogLine, Recording, fake_context, run_body, run_handler
from .running import RunningService

__all__ = [
    "NEVER_ENDS",
    "LogLine",
    "Recording",
    "RunningService",
    "fake_context",
    "run_body",
    "run_handler",
]
