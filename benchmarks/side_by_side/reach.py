"""What the execution core has set out to reach, and whether a run reached it."""

import operator
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .contenders import Measure
from .rounds import Results

STOCK = "celery threads"
RECORDED = "recorded async"
_IDEAL_IO_PER_SECOND = 2000.0


class NotMeasured(Exception):
    """The run lacks a reading that a row needs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One goal: what is measured, how it is found in the results, and its bound."""

    measure: str
    find: Callable[[Results], float]
    bound: str
    limit: float


def readings(results: Results, name: str, measure: Measure, number: str) -> list[float]:
    """One number of one contender, round by round. Raises NotMeasured."""
    found = [each[number] for each in results.readings.get((name, measure), []) if each]
    if not found:
        raise NotMeasured(f"{name}, {measure}")
    return found


def median(name: str, measure: Measure, number: str) -> Callable[[Results], float]:
    """The median of the rounds."""
    return lambda results: statistics.median(readings(results, name, measure, number))


def ratio(
    name: str, stock: str, number: str, measure: Measure, stock_measure: Measure | None = None
) -> Callable[[Results], float]:
    """The median of the ratios to stock, each within one round."""

    def find(results: Results) -> float:
        mine = readings(results, name, measure, number)
        theirs = readings(results, stock, stock_measure or measure, number)
        return statistics.median(a / b for a, b in zip(mine, theirs, strict=False))

    return find


def share(name: str) -> Callable[[Results], float]:
    """Of the ideal rate of 50 ms tasks at concurrency 100."""
    rate = median(name, Measure.IO, "drain_per_second")
    return lambda results: rate(results) / _IDEAL_IO_PER_SECOND


def command(*names: str) -> Callable[[Results], float]:
    """How many commands of some names a recorded execution costs the worker's side."""

    def find(results: Results) -> float:
        found = [each for each in results.readings.get((RECORDED, Measure.COMMANDS), []) if each]
        if not found:
            raise NotMeasured(f"{RECORDED}, {Measure.COMMANDS}")
        return sum(found[0].get(name, 0.0) for name in names)

    return find


RATE, SENT, P50 = "drain_per_second", "enqueue_per_second", "p50_ms"
NOOP, MANY, LATENCY, KILLS = Measure.NOOP, Measure.MANY, Measure.LATENCY, Measure.KILLS
ROWS = (
    Row("plain drain, threads, to stock", ratio("plain threads", STOCK, RATE, NOOP), ">=", 4),
    Row("plain drain, solo, to stock", ratio("plain solo", "celery solo", RATE, NOOP), ">=", 4),
    Row("recorded drain, to stock plain", ratio(RECORDED, STOCK, RATE, NOOP), ">=", 2),
    Row("50 ms I/O, plain, share of ideal", share("plain threads"), ">=", 0.95),
    Row("50 ms I/O, recorded, share of ideal", share(RECORDED), ">=", 0.90),
    Row("worker CPU, recorded, µs", median(RECORDED, NOOP, "worker_cpu_us"), "<=", 450),
    Row("requests, submit", median(RECORDED, NOOP, "enqueue_requests"), "<=", 1),
    Row("requests, worker in all", median(RECORDED, NOOP, "drain_requests"), "<=", 2.15),
    Row("fetches per execution", command("fetch"), "<=", 0.15),
    Row("begins per execution", command("begin"), "<=", 1),
    Row("settles per execution", command("settle"), "<=", 1),
    Row("submit, to .delay()", ratio(RECORDED, STOCK, SENT, NOOP), ">=", 4),
    Row("submit_many, to .delay()", ratio(RECORDED, STOCK, SENT, MANY, NOOP), ">=", 8),
    Row("call to result p50, to stock", ratio(RECORDED, STOCK, P50, LATENCY), "<=", 0.8),
    Row("idle RSS, MiB", median(RECORDED, LATENCY, "idle_rss_mib"), "<=", 75),
    *(
        Row(f"{what}, {name}", median(name, KILLS, number), "<=", limit)
        for what, number, limit in (
            ("lost", "lost", 0),
            ("repeated by one kill", "repeated_at_most", 8),
        )
        for name in ("plain threads", "plain solo", RECORDED)
    ),
)
# Counts are exact but for a poll that falls into the window.
TOLERANCE = 0.01
_HOLDS = {">=": operator.ge, "<=": operator.le}


def reach_rows(results: Results) -> Iterator[list[str]]:
    """What was measured, the goal, and whether it holds."""
    for row in ROWS:
        goal = f"{row.bound} {row.limit:g}"
        try:
            value = row.find(results)
        except NotMeasured as missing:
            yield [row.measure, "-", goal, f"not measured: {missing}"]
        else:
            slack = TOLERANCE if row.bound == "<=" else -TOLERANCE
            holds = _HOLDS[row.bound](value, row.limit + slack)
            yield [row.measure, f"{value:.3g}", goal, "reached" if holds else "MISSED"]
