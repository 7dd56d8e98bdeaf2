"""Hears at once that an execution of this process is to stop; its heartbeat would hear it later."""

import threading
from contextlib import suppress

from valkey.exceptions import ValkeyError

from ..observability import get_secure_logger
from ..stores import Keys, Store
from .heartbeat import Heartbeats

# How often the thread looks whether it has to end.
TURN_SECONDS = 0.2
RESUBSCRIBE_SECONDS = 1.0

_log = get_secure_logger(__name__)


class Cancellations:
    """One subscription per process, on a thread of its own."""

    def __init__(self, store: Store, keys: Keys, heartbeats: Heartbeats) -> None:
        self._store = store
        self._channel = keys.cancellations
        self._heartbeats = heartbeats
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cancellations", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, within a moment."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except (ValkeyError, OSError) as error:
                # No warning: heartbeats hear of cancellations too, and warn of an outage.
                _log.debug("subscription lost; subscribing again", error=type(error).__name__)
                self._stopping.wait(RESUBSCRIBE_SECONDS)

    def _listen(self) -> None:
        with self._store.client.pubsub(ignore_subscribe_messages=True) as subscription:
            subscription.subscribe(self._channel)
            while not self._stopping.is_set():
                message = subscription.get_message(timeout=TURN_SECONDS)
                if message is not None:
                    self._heed(message["data"])

    def _heed(self, word: str) -> None:
        with suppress(ValueError):
            tenant, execution_id = word.split(" ")
            self._heartbeats.cancel(tenant, execution_id)
