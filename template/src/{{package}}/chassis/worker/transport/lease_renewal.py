"""Renews the leases of what a consumer holds, in a thread of its own."""

from collections.abc import Callable, Sequence
from threading import Event, Thread

from redis.exceptions import RedisError

from ...observability import get_secure_logger
from .unacked import Unacked

_log = get_secure_logger(__name__)


class LeaseRenewal:
    """Says every few seconds that the holder lives.

    Not on the hub: that stands still while a body runs in the solo pool, and while a stopping
    worker waits for its last bodies.
    """

    def __init__(
        self, unacked: Unacked, held: Callable[[], Sequence[str]], every_seconds: float
    ) -> None:
        self._unacked = unacked
        self._held = held
        self._every_seconds = every_seconds
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin with the first message; afterwards this changes nothing."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="broker-leases", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End without waiting: a renewal in between does no harm."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(self._every_seconds):
            try:
                self._unacked.renew(self._held())
            except (RedisError, OSError) as error:
                _log.warning("broker leases not renewed; tried again", error=type(error).__name__)
