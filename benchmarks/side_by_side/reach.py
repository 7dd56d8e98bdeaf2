"""What the execution core has set out to reach, and whether a run reached it."""

import operator
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .contenders import Measure
from .rounds import Key, Results

STOCK = "celery threads"
RECORDED = "recorded async"
_IDEAL_IO_PER_SECOND = 2000.0


class NotMeasured(Exception):
    """The run lacks a reading that a row needs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One goal: what is measured, how it is found in the results, and its bound.

    ``slack`` is for counts: now and then a poll falls into the window.
    """

    measure: str
    find: Callable[[Results], float]
    bound: str
    limit: float
    slack: float = 0.0


def median(name: str, measure: Measure, number: str) -> Callable[[Results], float]:
    """The median of the rounds."""
    key = (name, measure)
    return lambda results: middle(
        [each for each in results.values(key, number) if each is not None], key
    )


def ratio(
    name: str, stock: str, number: str, measure: Measure, stock_measure: Measure | None = None
) -> Callable[[Results], float]:
    """The median of the ratios to stock, each within one round."""
    mine, theirs = (name, measure), (stock, stock_measure or measure)
    return lambda results: middle(results.ratios(mine, theirs, number), mine)


def middle(found: list[float], key: Key) -> float:
    """The median. Raises NotMeasured when there is nothing."""
    if not found:
        raise NotMeasured(", ".join(key))
    return statistics.median(found)


def share(name: str) -> Callable[[Results], float]:
    """Of the ideal rate of 50 ms tasks at concurrency 100."""
    rate = median(name, Measure.IO, "drain_per_second")
    return lambda results: rate(results) / _IDEAL_IO_PER_SECOND


RATE, SENT, P50, CPU = "drain_per_second", "enqueue_per_second", "p50_ms", "worker_cpu_us"
NOOP, MANY, LATENCY = Measure.NOOP, Measure.MANY, Measure.LATENCY
COMMANDS, KILLS = Measure.COMMANDS, Measure.KILLS
SLACK = 0.01
ROWS = (
    Row("plain drain, threads, to stock", ratio("plain threads", STOCK, RATE, NOOP), ">=", 4),
    Row("plain drain, solo, to stock", ratio("plain solo", "celery solo", RATE, NOOP), ">=", 4),
    Row("recorded drain, to stock plain", ratio(RECORDED, STOCK, RATE, NOOP), ">=", 2),
    Row("50 ms I/O, plain, share of ideal", share("plain threads"), ">=", 0.95),
    Row("50 ms I/O, recorded, share of ideal", share(RECORDED), ">=", 0.90),
    Row("worker CPU, recorded, µs", median(RECORDED, NOOP, CPU), "<=", 450),
    # The same goal on any machine: the 450 µs were set beside a stock Celery of 920.
    Row("worker CPU, recorded, to stock plain", ratio(RECORDED, STOCK, CPU, NOOP), "<=", 0.49),
    Row("requests, submit", median(RECORDED, NOOP, "enqueue_requests"), "<=", 1, SLACK),
    Row("requests, worker in all", median(RECORDED, NOOP, "drain_requests"), "<=", 2.15, SLACK),
    Row("fetches per execution", median(RECORDED, COMMANDS, "fetch"), "<=", 0.15, SLACK),
    Row("begins per execution", median(RECORDED, COMMANDS, "begin"), "<=", 1, SLACK),
    Row("settles per execution", median(RECORDED, COMMANDS, "settle"), "<=", 1, SLACK),
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
_HOLDS = {">=": operator.ge, "<=": operator.le}


def reach_rows(results: Results, rows: Sequence[Row] = ROWS) -> Iterator[list[str]]:
    """What was measured, the goal, and whether it holds."""
    for row in rows:
        goal = f"{row.bound} {row.limit:g}"
        try:
            value = row.find(results)
        except NotMeasured as missing:
            yield [row.measure, "-", goal, f"not measured: {missing}"]
        else:
            slack = row.slack if row.bound == "<=" else -row.slack
            holds = _HOLDS[row.bound](value, row.limit + slack)
            yield [row.measure, f"{value:.3g}", goal, "reached" if holds else "MISSED"]
