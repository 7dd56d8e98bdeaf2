"""Every circuit that this process knows of: those its bodies use, and those it has news of."""

import threading
import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import Final

from ..stores import CircuitNews
from .breaker import Circuit, CircuitLimits, CircuitState

# A process that has used a circuit within this time has something to say about it.
REPORTED_SECONDS: Final = 60.0
# What was heard of others counts for this long.
NEWS_SECONDS: Final = 5.0
# How many of those that report have to agree that a dependency fails, at the least.
QUORUM_MINIMUM: Final = 2


def opens_by_quorum(reporters: int, open_ones: int) -> bool:
    """Whether so many of the processes find a dependency failing that the others believe it.

    Half of them and no fewer than two, or all when they are fewer: one bad node poisons nobody.
    """
    quorum = min(reporters, max(QUORUM_MINIMUM, ceil(reporters / 2)))
    return reporters > 0 and open_ones >= quorum


class Breakers:
    """One circuit per dependency. ``changed`` hears of each change: dependency and new state."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        changed: Callable[[str, CircuitState], None] = lambda *_: None,
    ) -> None:
        self.clock = clock
        self._changed = changed
        self._lock = threading.Lock()
        self._circuits: dict[str, Circuit] = {}
        self._used: dict[str, float] = {}
        # Until when others find it open, and when that was heard.
        self._heard: dict[str, tuple[float, float]] = {}
        self._asked: dict[str, float] = {}

    def circuit(self, dependency: str, limits: CircuitLimits) -> Circuit:
        """The circuit of a dependency, which a body is about to use."""
        self._used[dependency] = self.clock()
        found = self._circuits.get(dependency)
        if found is None:
            with self._lock:
                made = Circuit(limits, self.clock, lambda state: self._changed(dependency, state))
                found = self._circuits.setdefault(dependency, made)
        return found

    def wait_seconds(self, dependency: str) -> float:
        """How long its circuit stays open, as far as is known here; 0 when a call would pass."""
        now = self.clock()
        own = self._circuits.get(dependency)
        until, heard_at = self._heard.get(dependency, (0.0, 0.0))
        others = until - now if now - heard_at <= NEWS_SECONDS else 0.0
        return max(0.0, others, own.wait_seconds() if own else 0.0)

    def asks_for_news(self, dependency: str, seconds: float) -> bool:
        """Whether the caller is to ask now: nobody here has asked or heard within ``seconds``."""
        now, never = self.clock(), float("-inf")
        _, heard_at = self._heard.get(dependency, (0.0, never))
        if now - max(heard_at, self._asked.get(dependency, never)) < seconds:
            return False
        self._asked[dependency] = now
        return True

    def heed(self, dependency: str, news: CircuitNews) -> None:
        """Take in what others find."""
        now = self.clock()
        fails = opens_by_quorum(news.reporters, news.open)
        isolated = news.override == "isolated"
        watched = news.override == "metrics_only"
        seconds = news.open_seconds if fails and not watched else 0.0
        if isolated:
            seconds = NEWS_SECONDS
        self._heard[dependency] = (now + seconds, now)
        if own := self._circuits.get(dependency):
            own.isolate(isolated=isolated)
            own.watch_only(True if watched else None)
            if fails:
                own.hold_open(news.open_seconds)

    def reports(self) -> Mapping[str, float]:
        """How long each circuit stays open by what calls came to here (0: it is closed).

        Those that were used lately, and those that are open: nobody calls while all are refused.
        """
        now = self.clock()
        found = {name: each.found_open_seconds() for name, each in list(self._circuits.items())}
        return {
            dependency: seconds
            for dependency, seconds in found.items()
            if seconds > 0 or now - self._used[dependency] <= REPORTED_SECONDS
        }

    def forget(self) -> None:
        """Begin anew, as a process that has called nobody yet: for tests, which share one."""
        with self._lock:
            for known in (self._circuits, self._used, self._heard, self._asked):
                known.clear()

    def states(self) -> Mapping[str, CircuitState]:
        """Every circuit that bodies of this process have used."""
        return {name: circuit.state for name, circuit in list(self._circuits.items())}
