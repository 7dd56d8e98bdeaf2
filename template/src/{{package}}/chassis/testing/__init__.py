"""What tests of a service need: bodies on their own, a real Valkey, and the running whole."""

from .bodies import LogLine, Recording, fake_context, run_body
from .running import RunningService

__all__ = ["LogLine", "Recording", "RunningService", "fake_context", "run_body"]
