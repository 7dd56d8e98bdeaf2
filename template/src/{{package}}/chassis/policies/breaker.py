"""The circuit of one dependency, decided by what calls came to: pure of stores, clocks and tasks.

Closed, calls pass and their outcomes are counted in a sliding window. Open, none passes until the
break is over; each break in a row is twice as long, up to a bound. Half-open, a few probes pass:
their successes close the circuit, a failure opens it again. After Polly and resilience4j, with two
differences that keep it from getting stuck: a probe is a lease that ends, and each change of state
begins a new generation, so what a call of an earlier one comes to changes nothing.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

BUCKETS: Final = 10


class CircuitState(StrEnum):
    """Whether calls pass. Isolated is an operator's word, which nothing but another such ends."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    ISOLATED = "isolated"


class CallOutcome(StrEnum):
    """What a call says about its dependency. Ignored says nothing: it was cut off, or refused."""

    SUCCESS = "success"
    FAILURE = "failure"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class CircuitLimits:
    """When a circuit opens, and for how long. Times in seconds.

    ``metrics_only`` counts and tells, and lets everything pass.
    """

    failure_ratio: float
    minimum_throughput: int
    sampling: float
    break_duration: float
    break_duration_maximum: float
    probes: int
    probe_lease: float
    isolated: bool = False
    metrics_only: bool = False


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave for one call. Give it back with the call's outcome."""

    generation: int
    probe: int = 0


class Circuit:
    """Thread-safe. ``told`` hears each change of state, on the thread that made it."""

    def __init__(
        self,
        limits: CircuitLimits,
        clock: Callable[[], float],
        told: Callable[[CircuitState], None] = lambda _: None,
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._told = told
        self._lock = threading.Lock()
        self._state = CircuitState.CLOSED
        self._generation = 1
        self._open_until = 0.0
        self._is_others_finding = False
        self._breaks = 0
        self._window = _Window(limits.sampling)
        # By number, when the lease of each ends.
        self._probes: dict[int, float] = {}
        self._last_probe = 0
        self._successes = 0
        self._override: CircuitState | None = None
        self._shadow: bool | None = None

    @property
    def state(self) -> CircuitState:
        """What the next call would meet."""
        if self._is_isolated:
            return CircuitState.ISOLATED
        if self._state is CircuitState.OPEN and self._clock() >= self._open_until:
            return CircuitState.HALF_OPEN
        return self._state

    @property
    def lets_all_pass(self) -> bool:
        """Whether it only counts. An operator who isolates says the last word."""
        if self._override is CircuitState.ISOLATED:
            return False
        return self.limits.metrics_only if self._shadow is None else self._shadow

    def wait_seconds(self) -> float:
        """How long calls are refused from now on, 0 when one would pass."""
        if self.lets_all_pass:
            return 0.0
        if self._is_isolated:
            return self.limits.break_duration
        if self._state is not CircuitState.OPEN:
            return 0.0
        return max(0.0, self._open_until - self._clock())

    def found_open_seconds(self) -> float:
        """How long it stays open by what calls came to here; 0 when others or an operator say so.

        Only this is told to others: an echo of theirs would make a quorum of a few.
        """
        if self.lets_all_pass or self._is_others_finding or self._state is not CircuitState.OPEN:
            return 0.0
        return max(0.0, self._open_until - self._clock())

    def enter(self) -> Permit | float:
        """Leave for one call, or the seconds after which to ask again."""
        with self._lock:
            now = self._clock()
            if self._is_isolated:
                return self._refused(self.limits.break_duration)
            if self._state is CircuitState.CLOSED:
                return Permit(self._generation)
            if self._state is CircuitState.OPEN:
                if now < self._open_until:
                    return self._refused(self._open_until - now)
                self._change(CircuitState.HALF_OPEN)
            return self._probe(now)

    def leave(self, permit: Permit, outcome: CallOutcome) -> None:
        """Say what the call came to."""
        with self._lock:
            if permit.generation != self._generation:
                return
            if permit.probe:
                self._end_probe(permit, outcome)
            elif outcome is not CallOutcome.IGNORED:
                self._count(failed=outcome is CallOutcome.FAILURE)

    def hold_open(self, seconds: float) -> None:
        """Others have found the dependency failing: open here as well, for as long as they do."""
        with self._lock:
            if self._state is CircuitState.CLOSED and seconds > 0:
                self._open(seconds)
                self._is_others_finding = True

    def isolate(self, *, isolated: bool) -> None:
        """An operator's word: refuse every call until told otherwise."""
        self._override = CircuitState.ISOLATED if isolated else None

    def watch_only(self, watch_only: bool | None) -> None:
        """An operator's word: count, and let everything pass; None leaves it to the limits."""
        self._shadow = watch_only

    def reset(self) -> None:
        """Close it, and forget what it has counted."""
        with self._lock:
            self._breaks = 0
            self._change(CircuitState.CLOSED)

    @property
    def _is_isolated(self) -> bool:
        return self._override is CircuitState.ISOLATED or self.limits.isolated

    def _refused(self, seconds: float) -> Permit | float:
        # Of no generation, so its outcome changes nothing.
        return Permit(0) if self.lets_all_pass else max(seconds, 0.001)

    def _probe(self, now: float) -> Permit | float:
        self._probes = {number: end for number, end in self._probes.items() if end > now}
        if len(self._probes) + self._successes >= self.limits.probes:
            return self._refused(min(self._probes.values(), default=now) - now)
        self._last_probe += 1
        self._probes[self._last_probe] = now + self.limits.probe_lease
        return Permit(self._generation, self._last_probe)

    def _end_probe(self, permit: Permit, outcome: CallOutcome) -> None:
        if self._probes.pop(permit.probe, None) is None:
            # Its lease has ended, and another was let through in its place.
            return
        if outcome is CallOutcome.FAILURE:
            self._open(self._next_break())
        elif outcome is CallOutcome.SUCCESS:
            self._successes += 1
            if self._successes >= self.limits.probes:
                self._breaks = 0
                self._change(CircuitState.CLOSED)

    def _count(self, *, failed: bool) -> None:
        calls, failures = self._window.add(self._clock(), failed=failed)
        enough = failed and calls >= self.limits.minimum_throughput
        if enough and failures >= self.limits.failure_ratio * calls:
            self._open(self._next_break())

    def _next_break(self) -> float:
        self._breaks += 1
        # Bounded before it is raised: a float ends at 2 ** 1024.
        doubled = self.limits.break_duration * 2.0 ** min(self._breaks - 1, 60)
        return min(doubled, self.limits.break_duration_maximum)

    def _open(self, seconds: float) -> None:
        self._open_until = self._clock() + seconds
        self._change(CircuitState.OPEN)

    def _change(self, state: CircuitState) -> None:
        self._state = state
        self._generation += 1
        self._probes = {}
        self._successes = 0
        self._is_others_finding = False
        self._window.clear()
        self._told(state)


class _Window:
    """Counts calls of the last so many seconds, in a few buckets."""

    def __init__(self, seconds: float) -> None:
        self._width = seconds / BUCKETS
        # Each holds its number in time, its calls and its failures.
        self._buckets: deque[list[int]] = deque()
        self._calls = self._failures = 0

    def add(self, now: float, *, failed: bool) -> tuple[int, int]:
        """Count one; how many there are now, and how many of them failed."""
        number = int(now / self._width)
        while self._buckets and self._buckets[0][0] <= number - BUCKETS:
            _, calls, failures = self._buckets.popleft()
            self._calls -= calls
            self._failures -= failures
        if not self._buckets or self._buckets[-1][0] != number:
            self._buckets.append([number, 0, 0])
        self._buckets[-1][1] += 1
        self._buckets[-1][2] += failed
        self._calls += 1
        self._failures += failed
        return self._calls, self._failures

    def clear(self) -> None:
        """Forget all."""
        self._buckets.clear()
        self._calls = self._failures = 0
