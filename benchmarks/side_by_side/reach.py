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


RATE, SENT = "drain_per_second", "enqueue_per_second"
ROWS = (
    Row("plain drain, threads, ratio", ratio("plain threads", STOCK, RATE, Measure.NOOP), ">=", 4),
    Row(
        "plain drain, solo, ratio", ratio("plain solo", "celery solo", RATE, Measure.NOOP), ">=", 4
    ),
    Row("recorded drain, ratio", ratio(RECORDED, STOCK, RATE, Measure.NOOP), ">=", 2),
    Row("50 ms I/O, plain, share of ideal", share("plain threads"), ">=", 0.95),
    Row("50 ms I/O, recorded, share of ideal", share(RECORDED), ">=", 0.90),
    Row(
        "worker CPU per recorded execution, µs",
        median(RECORDED, Measure.NOOP, "worker_cpu_us"),
        "<=",
        450,
    ),
    Row("requests, submit", median(RECORDED, Measure.NOOP, "enqueue_requests"), "<=", 1),
    Row("requests, worker in all", median(RECORDED, Measure.NOOP, "drain_requests"), "<=", 2.15),
    Row("fetches", command("fetch"), "<=", 0.15),
    Row("begins", command("begin"), "<=", 1),
    Row("settles", command("settle"), "<=", 1),
    Row("enqueue, one by one, ratio", ratio(RECORDED, STOCK, SENT, Measure.NOOP), ">=", 4),
    Row(
        "enqueue, submit_many, ratio",
        ratio(RECORDED, STOCK, SENT, Measure.MANY, Measure.NOOP),
        ">=",
        8,
    ),
    Row("call to result p50, ratio", ratio(RECORDED, STOCK, "p50_ms", Measure.LATENCY), "<=", 0.8),
    Row("lost by SIGKILL, plain threads", median("plain threads", Measure.KILLS, "lost"), "<=", 0),
    Row("lost by SIGKILL, plain solo", median("plain solo", Measure.KILLS, "lost"), "<=", 0),
    Row("lost by SIGKILL, recorded", median(RECORDED, Measure.KILLS, "lost"), "<=", 0),
    Row(
        "repeated by one SIGKILL at most, plain threads",
        median("plain threads", Measure.KILLS, "repeated_at_most"),
        "<=",
        8,
    ),
    Row(
        "repeated by one SIGKILL at most, plain solo",
        median("plain solo", Measure.KILLS, "repeated_at_most"),
        "<=",
        8,
    ),
    Row(
        "repeated by one SIGKILL at most, recorded",
        median(RECORDED, Measure.KILLS, "repeated_at_most"),
        "<=",
        8,
    ),
    Row("idle RSS, MiB", median(RECORDED, Measure.LATENCY, "idle_rss_mib"), "<=", 75),
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
