"""One metric with its series: bound once, found by position, bounded in number."""

from collections.abc import Callable
from typing import Final, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from .metric_row import PREFIX, Metric

# Of what is not declared. A service of hundreds of tasks has a thousand or two: what policies did.
MAX_SERIES: Final = 3_000

Instrument = Counter | Gauge | Histogram


class MetricFamily:
    """One row of the table at work.

    ``exposed`` says whether this process reports it at all: a gauge without labels would else show
    a zero in processes that know nothing about it. The service's own tasks, queues and routes are
    declared. Past ``MAX_SERIES`` label sets that are not, further ones are folded into one called
    `other`, and ``overflowed`` is told.
    """

    def __init__(
        self,
        row: Metric,
        registry: CollectorRegistry,
        *,
        exposed: bool,
        overflowed: Callable[[str], None],
    ) -> None:
        self.row = row
        self._overflowed = overflowed
        self._series: dict[tuple[str, ...], Instrument] = {}
        self._undeclared = 0
        self._parent = _instrument(row, registry) if exposed else None

    def declare(self, *labels: str) -> None:
        """Make a series of the service's own exist, at zero."""
        if self._parent is not None and labels not in self._series:
            self._bind(self._parent, labels)

    def count(self, *labels: str, by: float = 1) -> None:
        if (counter := self._find(labels)) is not None:
            cast("Counter", counter).inc(by)

    def add(self, amount: float, *labels: str) -> None:
        if (gauge := self._find(labels)) is not None:
            cast("Gauge", gauge).inc(amount)

    def set(self, value: float, *labels: str) -> None:
        if (gauge := self._find(labels)) is not None:
            cast("Gauge", gauge).set(value)

    def observe(self, seconds: float, *labels: str) -> None:
        if (histogram := self._find(labels)) is not None:
            cast("Histogram", histogram).observe(seconds)

    def _find(self, labels: tuple[str, ...]) -> Instrument | None:
        found = self._series.get(labels)
        if found is None and self._parent is not None:
            return self._meet(self._parent, labels)
        return found

    def _meet(self, parent: Instrument, labels: tuple[str, ...]) -> Instrument:
        if labels and self._undeclared >= MAX_SERIES:
            self._overflowed(self.row.name)
            return parent.labels(*("other" for _ in labels))
        self._undeclared += 1
        return self._bind(parent, labels)

    def _bind(self, parent: Instrument, labels: tuple[str, ...]) -> Instrument:
        bound = parent.labels(*labels) if labels else parent
        self._series[labels] = bound
        return bound


def _instrument(row: Metric, registry: CollectorRegistry) -> Instrument:
    name = PREFIX + row.name
    match row.kind:
        case "counter":
            return Counter(name, row.help, row.labels, registry=registry)
        case "gauge":
            # In a prefork worker the children's running bodies add up; a child that was killed
            # stops counting when its successor starts. So do its circuits, the worst of which
            # counts. Other gauges have one writer.
            if row.name == "tasks_inflight":
                return Gauge(
                    name, row.help, row.labels, registry=registry, multiprocess_mode="livesum"
                )
            return Gauge(name, row.help, row.labels, registry=registry, multiprocess_mode="livemax")
        case "histogram":
            return Histogram(name, row.help, row.labels, registry=registry, buckets=row.buckets)
