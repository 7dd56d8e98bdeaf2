"""Which workers were alive and idle while work of their lane waited: part of the judge."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .history import Entry, Kind

# What a body ends with that is given back.
INTERRUPTIONS = frozenset({"BodyInterrupted", "CancelledError"})


def idle_workers(history: Sequence[Entry], limit_seconds: float) -> Iterator[str]:
    """Each worker that did nothing for longer than the limit while something waited for it."""
    watch = _Watch()
    told: set[int] = set()
    for entry in history:
        for worker, seconds in watch.idle_at(entry.at):
            if seconds > limit_seconds and worker not in told:
                told.add(worker)
                yield f"worker {worker} was idle for {seconds:.1f} s while work waited"
        watch.see(entry)


@dataclass
class _Watch:
    """Who is alive, what they run, and what waits, as of the last entry seen."""

    lanes: dict[int, str] = field(default_factory=dict)
    running: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    idle_since: dict[int, float] = field(default_factory=dict)
    lane_of: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    waits_since: dict[str, float] = field(default_factory=dict)

    def idle_at(self, now: float) -> Iterator[tuple[int, float]]:
        for worker, lane in self.lanes.items():
            if self.waiting[lane] and not self.running[worker]:
                yield worker, now - max(self.idle_since[worker], self.waits_since[lane])

    def see(self, entry: Entry) -> None:
        match entry.kind:
            case Kind.ACCEPTED:
                self.lane_of[entry.execution] = entry.lane
                self._wait(entry.execution, entry.at)
            case Kind.UP:
                self.lanes[entry.worker] = entry.lane
                self.idle_since[entry.worker] = entry.at
            case Kind.STARTED:
                self.running[entry.worker].add(entry.execution)
                self._wait_no_more(entry.execution)
            case Kind.ENDED:
                self.running[entry.worker].discard(entry.execution)
                self.idle_since[entry.worker] = entry.at
                if entry.detail in INTERRUPTIONS:
                    self._wait(entry.execution, entry.at)
            case Kind.SETTLED:
                self._wait_no_more(entry.execution)
            case Kind.DOWN:
                self.lanes.pop(entry.worker, None)
                for execution in self.running.pop(entry.worker, ()):
                    self._wait(execution, entry.at)

    def _wait(self, execution: str, at: float) -> None:
        if execution not in self.lane_of:
            return
        lane = self.lane_of[execution]
        if not self.waiting[lane]:
            self.waits_since[lane] = at
        self.waiting[lane].add(execution)

    def _wait_no_more(self, execution: str) -> None:
        self.waiting[self.lane_of.get(execution, "")].discard(execution)
