"""Renews the leases of running executions and sends their progress: one thread per process."""

import threading
import time
from collections import deque
from collections.abc import Sequence

from ..observability import get_secure_logger
from ..stores import Beat, Call, Ledger, Reply, Store, parsed
from .options import RENEWALS_PER_LEASE
from .rounds import ROUND_FAILURES, warn_of
from .running import Interruption, Running

# Progress is sent at most this often; bodies may report as often as they like.
PROGRESS_SECONDS = 0.25
# Cancellations of all workers that this one remembers for a moment.
CANCELLED_MAXIMUM = 100

_log = get_secure_logger(__name__)


class Heartbeats:
    """Looks after every delivery that was added and not yet removed."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger
        self._every = ledger.options.lease.total_seconds() / RENEWALS_PER_LEASE
        self._due: dict[Running, float] = {}
        # Word of a cancellation may come between a body's begin and its first look here.
        self._cancelled: deque[tuple[str, str]] = deque(maxlen=CANCELLED_MAXIMUM)
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
            is_cancelled = (running.tenant, running.begun.execution_id) in self._cancelled
        if is_cancelled:
            running.interrupt(Interruption.CANCELLED)
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

    def cancel(self, tenant: str, execution_id: str) -> None:
        """Stop a body at its owner's word, should it run here, or begin here in a moment."""
        with self._lock:
            self._cancelled.append((tenant, execution_id))
            found = [running for running in self._due if _is(running, tenant, execution_id)]
        for running in found:
            running.interrupt(Interruption.CANCELLED)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(self._seconds_until_next())
            self._woken.clear()
            if waiting := self._waiting():
                self._beat(waiting)
            self._stopping.wait(min(PROGRESS_SECONDS, self._every))

    def _seconds_until_next(self) -> float:
        with self._lock:
            first = min(self._due.values(), default=None)
        return self._every if first is None else max(0.0, first - time.monotonic())

    def _waiting(self) -> list[Running]:
        now = time.monotonic()
        with self._lock:
            return [each for each, due in self._due.items() if due <= now or each.has_progress]

    def _beat(self, waiting: Sequence[Running]) -> None:
        calls = [
            self._ledger.heartbeat(
                running.begun.execution_id,
                running.tenant,
                running.begun.fence,
                running.take_progress(),
                running.begun.settlement,
            )
            for running in waiting
        ]
        try:
            replies = self._store.replies(calls)
        except ROUND_FAILURES as error:
            replies = [error] * len(calls)
        for running, call, reply in zip(waiting, calls, replies, strict=True):
            self._heed(running, _beat_of(call, reply, running.begun.execution_id))

    def _heed(self, running: Running, beat: Beat) -> None:
        with self._lock:
            if running not in self._due:
                return
            self._due[running] = time.monotonic() + self._every
        if beat is Beat.STALE:
            self.remove(running)
            if running.interrupt(Interruption.STALE):
                execution_id = running.begun.execution_id
                _log.warning("lease lost to another delivery", execution_id=execution_id)
        elif beat is Beat.CANCELLING:
            # Its lease is kept: settling takes a moment, and longer while Valkey is away.
            running.interrupt(Interruption.CANCELLED)


def _beat_of(call: Call[Beat], reply: Reply, execution_id: str) -> Beat:
    try:
        return parsed(call, reply)
    except ROUND_FAILURES as error:
        # One refusal must not end the thread, which keeps all leases of this process. The next beat
        # tries again; what ends first, outage or lease, decides.
        event = "lease not renewed; the next beat tries again"
        warn_of(_log, event, error, execution_id=execution_id)
        return Beat.EXTENDED


def _is(running: Running, tenant: str, execution_id: str) -> bool:
    return running.begun.execution_id == execution_id and running.tenant == tenant
