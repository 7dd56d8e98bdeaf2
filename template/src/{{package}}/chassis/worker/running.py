"""One delivery in progress, as its body, the heartbeat and a stopping worker see it."""

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from ..contracts import Progress, Task
from ..stores import Begun
from .incoming import IncomingMessage


class Interruption(StrEnum):
    """Why a body was told to stop before its end."""

    STALE = "stale"
    STOPPING = "stopping"
    CANCELLED = "cancelled"


class BodyInterrupted(BaseException):
    """Raised inside a body that must stop now; no policy retries it, no `except Exception` takes it."""


class Running:
    """What is shared between the threads that look after one delivery."""

    def __init__(self, task: Task[Any, Any], message: IncomingMessage, begun: Begun) -> None:
        self.task = task
        self.tenant = message.tenant
        self.delivery_tag = message.delivery_tag
        self.begun = begun
        self.interruption: Interruption | None = None
        self.cancel: Callable[[], object] | None = None
        # Whether any attempt has started: before that, nothing can have taken effect.
        self.has_started = False
        self.on_progress: Callable[[], None] = _nobody_listens
        # Reentrant: a signal handler may interrupt the very thread that holds it.
        self._lock = threading.RLock()
        self._progress: Progress | None = None

    def report(self, progress: Progress) -> None:
        """Note the body's progress; the heartbeat sends the latest."""
        self._progress = progress
        self.on_progress()

    def take_progress(self) -> str | None:
        """The latest unsent progress as JSON, once."""
        progress, self._progress = self._progress, None
        return None if progress is None else progress.model_dump_json()

    @property
    def has_progress(self) -> bool:
        """Whether there is unsent progress."""
        return self._progress is not None

    def interruptible(self, cancel: Callable[[], object] | None) -> None:
        """Say how the body can be stopped from now on; None when it cannot, or is over."""
        with self._lock:
            self.cancel = cancel
            late = self.interruption is not None
        if late and cancel is not None:
            cancel()

    def interrupt(self, why: Interruption) -> bool:
        """Stop the body; False when it was told before, or has ended and is being settled."""
        with self._lock:
            if self.interruption is not None:
                return False
            self.interruption = why
            # Within the lock: once the body has said that it is over, nothing is on its way to it.
            if self.cancel is not None:
                self.cancel()
            return self.cancel is not None


def _nobody_listens() -> None:
    """Progress of a delivery that no heartbeat looks after stays unsent."""
