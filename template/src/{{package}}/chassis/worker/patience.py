"""Sends a call again while Valkey does not answer, for as long as is worth it."""

import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from ..contracts import StoreUnavailable
from ..observability import get_secure_logger
from ..stores import Call

T = TypeVar("T")

WAIT_INITIAL_SECONDS = 0.2
WAIT_MAXIMUM_SECONDS = 5.0

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait before the next try; a stopping worker cuts it short."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to insist; ``stopping`` ends all patience, since the process has to end."""

    seconds: float
    stopping: threading.Event

    def insist(self, call: Call[T]) -> Generator[Call[T] | Pause, Any, T]:
        """Yield the call until it is answered, with pauses between; it may be sent many times.

        Raises StoreUnavailable when patience ends, or the worker has to stop.
        """
        for wait in _waits(self.seconds):
            try:
                answer: T = yield call
            except StoreUnavailable:
                if self.stopping.is_set():
                    raise
            else:
                return answer
            _log.warning("valkey does not answer; trying again", wait_seconds=wait)
            yield Pause(wait)
        last: T = yield call
        return last


def _waits(patience_seconds: float) -> Iterator[float]:
    """The waits between tries until patience would end within one."""
    deadline = time.monotonic() + patience_seconds
    wait = WAIT_INITIAL_SECONDS
    while time.monotonic() + wait <= deadline:
        yield wait
        wait = min(wait * 2, WAIT_MAXIMUM_SECONDS)
