"""Sends a call again while Valkey does not answer, for as long as is worth it."""

import threading
import time
from typing import TypeVar

from ..contracts import StoreUnavailable
from ..observability import get_secure_logger
from ..stores import Call, Store

T = TypeVar("T")

WAIT_INITIAL_SECONDS = 0.2
WAIT_MAXIMUM_SECONDS = 5.0

_log = get_secure_logger(__name__)


class PatientStore:
    """A store for what must not be given up at the first failure; calls may all be sent twice."""

    def __init__(self, store: Store, patience_seconds: float, stopping: threading.Event) -> None:
        self._store = store
        self._patience_seconds = patience_seconds
        self._stopping = stopping

    def run(self, call: Call[T]) -> T:
        """Run the call. Raises StoreUnavailable when patience ends, or the worker has to stop."""
        deadline = time.monotonic() + self._patience_seconds
        wait = WAIT_INITIAL_SECONDS
        while True:
            try:
                return self._store.run(call)
            except StoreUnavailable:
                if self._stopping.is_set() or time.monotonic() + wait > deadline:
                    raise
                _log.warning("valkey does not answer; trying again", wait_seconds=wait)
                self._stopping.wait(wait)
                wait = min(wait * 2, WAIT_MAXIMUM_SECONDS)
