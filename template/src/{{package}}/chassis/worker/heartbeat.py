"""Renews the leases of running executions and sends their progress: one thread per process."""

import threading
import time
from collections.abc import Iterable

from ..observability import get_secure_logger
from ..stores import Beat, Ledger, Store
from .outages import ROUND_FAILURES, warn_of
from .running import Interruption, Running

# Progress is sent at most this often; bodies may report as often as they like.
PROGRESS_SECONDS = 0.25
# Two renewals may fail before a lease ends.
RENEWALS_PER_LEASE = 3

_log = get_secure_logger(__name__)


class Heartbeats:
    """Looks after every delivery that was added and not yet removed."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger
        self._every = ledger.options.lease.total_seconds() / RENEWALS_PER_LEASE
        self._due: dict[Running, float] = {}
        # Reentrant: a signal handler may ask while this very thread holds it.
        self._lock = threading.RLock()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeats", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; leases run out from here."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def add(self, running: Running) -> None:
        """Keep this execution ours from now on."""
        running.on_progress = self._woken.set
        with self._lock:
            self._due[running] = time.monotonic() + self._every
        # The thread may sleep until a time that lies behind this delivery's first renewal.
        self._woken.set()

    def remove(self, running: Running) -> None:
        """The execution is settled or given up."""
        with self._lock:
            self._due.pop(running, None)

    def all(self) -> tuple[Running, ...]:
        """Every delivery that runs now."""
        with self._lock:
            return tuple(self._due)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(self._seconds_until_next())
            self._woken.clear()
            for running in self._waiting():
                self._beat(running)
            self._stopping.wait(min(PROGRESS_SECONDS, self._every))

    def _seconds_until_next(self) -> float:
        with self._lock:
            first = min(self._due.values(), default=None)
        return self._every if first is None else max(0.0, first - time.monotonic())

    def _waiting(self) -> Iterable[Running]:
        now = time.monotonic()
        with self._lock:
            return [each for each, due in self._due.items() if due <= now or each.has_progress]

    def _beat(self, running: Running) -> None:
        begun, progress = running.begun, running.take_progress()
        call = self._ledger.heartbeat(begun.execution_id, running.tenant, begun.fence, progress)
        try:
            is_ours = self._store.run(call) is not Beat.STALE
        except ROUND_FAILURES as error:
            # One refusal must not end the thread, which keeps all leases of this process. The next beat tries again; what ends first, outage or lease, decides.
            warn_of(
                _log,
                "lease not renewed; the next beat tries again",
                error,
                execution_id=begun.execution_id,
            )
            is_ours = True
        with self._lock:
            if running not in self._due:
                return
            self._due[running] = time.monotonic() + self._every
        if not is_ours:
            self.remove(running)
            if running.interrupt(Interruption.STALE):
                _log.warning("lease lost to another delivery", execution_id=begun.execution_id)
