"""Tells others what the circuits of this process find, and hears what they find: one thread."""

import threading
from datetime import timedelta
from typing import Final

from ..observability import Metrics, get_secure_logger
from ..policies import Breakers
from ..stores import CircuitNews, Keys, Store, parsed, report_circuit
from .rounds import ROUND_FAILURES, warn_of

EVERY_SECONDS: Final = 1.0
# Several reports may be lost before a process counts as gone.
REPORT_LIFE: Final = timedelta(seconds=5)

_log = get_secure_logger(__name__)


class CircuitReports:
    """One request a second for all circuits in use, and none while there are none."""

    def __init__(
        self, store: Store, keys: Keys, breakers: Breakers, process: str, metrics: Metrics
    ) -> None:
        self._store = store
        self._keys = keys
        self._breakers = breakers
        self._process = process
        self._metrics = metrics
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="circuits", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what it has told counts for some seconds more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def exchange(self) -> None:
        """One round. While Valkey is away, each process decides alone."""
        # First, and without any report: a circuit nobody calls, or tells of, has a state as well.
        for dependency, state in self._breakers.states().items():
            self._metrics.set_circuit(dependency, state)
        reports = self._breakers.reports()
        calls = [
            report_circuit(self._keys, dependency, self._process, seconds, REPORT_LIFE)
            for dependency, seconds in reports.items()
        ]
        if not calls:
            return
        for dependency, call, reply in zip(reports, calls, self._store.replies(calls), strict=True):
            news: CircuitNews = parsed(call, reply)
            self._breakers.heed(dependency, news)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                self.exchange()
            except ROUND_FAILURES as error:
                warn_of(_log, "circuits not reported; the next round tries again", error)
