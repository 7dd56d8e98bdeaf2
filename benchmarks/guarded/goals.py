"""The tables of the policies, what they have set out to reach, and whether a run reached it."""

from collections.abc import Callable

from side_by_side.contenders import Measure
from side_by_side.reach import SLACK, Row, median, middle, ratio
from side_by_side.report import Column, Report, Tables
from side_by_side.rounds import Results

from .contenders import BARE, CONTENDERS, HOLDS, PILE, PLAN, STOCK

CPU = "producer_cpu_us"
# How the transport gets messages: one serves all that have come.
FETCH = "fetch"

_EXECUTED = (
    Column("requests, submit", "enqueue_requests", 2),
    Column("requests, worker", "drain_requests", 2),
    Column("commands, submit", "enqueue_commands", 1),
    Column("commands, worker", "drain_commands", 1),
    Column("submitter CPU µs", CPU),
    Column("worker CPU µs", "worker_cpu_us"),
    Column("both µs", "execution_cpu_us", ratio=True),
    Column("server CPU µs", "server_cpu_us"),
    Column("drain/s", "drain_per_second", best=max),
)
_PACED = (
    Column("requests", "call_requests", 2),
    Column("commands", "call_commands", 1),
)
_STACK = (
    Column("requests", "enqueue_requests", 2),
    Column("client CPU µs", CPU, ratio=True),
    Column("p50 ms", "p50_ms", 3, best=min, ratio=True),
    Column("calls/s", "enqueue_per_second", best=max, ratio=True),
    Column("server µs in scripts", "script_us"),
)
TABLES: Tables = (
    ("Executions, worker flat out", (Measure.NOOP,), _EXECUTED),
    ("Executions, one at a time, submit to settle", (Measure.PACED,), _PACED),
    ("Policies of one call, one process, no worker", (Measure.STACK,), _STACK),
    ("The same on an event loop, one at a time", (Measure.STACK_ASYNC,), _STACK),
    ("The same by 50 callers at once", (Measure.CROWD,), _STACK),
    ("Cache hit, answered at submission", (Measure.HIT,), _STACK),
    ("Replay, answered at submission", (Measure.REPLAY,), _STACK),
    ("Beside 10, 1,000 and 10,000 open holds on one account", tuple(HOLDS), _STACK),
)


def beside_fetches(results: Results) -> float:
    """Commands sent for each execution, one at a time, hence requests; without fetches.

    What a process sends once a second, whatever runs, is not among them.
    """
    found = [each for each in results.readings.get((PLAN, Measure.COMMANDS), []) if each]
    sent = [sum(each.values()) - each.get(FETCH, 0.0) for each in found]
    return middle(sent, (PLAN, Measure.COMMANDS))


def flat_out(results: Results) -> float:
    """Requests of an execution, submit to settle, with a worker flat out."""
    parts = ("enqueue_requests", "drain_requests")
    return sum(median(PLAN, Measure.NOOP, part)(results) for part in parts)


def policies_alone(results: Results) -> float:
    """CPU that the policies add to submit, begin and settle, to that of the hand-stacked calls."""
    bare, plan = (ratio(name, PILE, CPU, Measure.STACK)(results) for name in (BARE, PLAN))
    return plan - bare


def beside_holds(number: str) -> Callable[[Results], float]:
    """Of a call beside 10,000 open holds to one beside 10."""
    return ratio(PLAN, PLAN, number, Measure.HOLDS_10000, Measure.HOLDS_10)


GOALS = (
    Row("requests, submit to settle, beside fetches", beside_fetches, "<=", 3, 2 * SLACK),
    Row("requests, submit to settle, worker flat out", flat_out, "<=", 3, SLACK),
    Row("client CPU of the policies, to hand-stacked", policies_alone, "<=", 0.25),
    Row(
        "client CPU, submit to settle, to hand-stacked on Celery",
        ratio(PLAN, PILE, "execution_cpu_us", Measure.NOOP),
        "<=",
        0.25,
    ),
    Row(
        "client CPU with record and queue, to hand-stacked without",
        ratio(PLAN, PILE, CPU, Measure.STACK),
        "<=",
        0.25,
    ),
    Row(
        "worker CPU, to stock Celery without policies",
        ratio(PLAN, STOCK, "worker_cpu_us", Measure.NOOP),
        "<=",
        0.6,
    ),
    Row("requests, cache hit", median(PLAN, Measure.HIT, "enqueue_requests"), "<=", 1, SLACK),
    Row("requests, replay", median(PLAN, Measure.REPLAY, "enqueue_requests"), "<=", 1, SLACK),
    Row("server time beside 10,000 holds, to 10", beside_holds("script_us"), "<=", 1.3),
    Row("p50 beside 10,000 holds, to 10", beside_holds("p50_ms"), "<=", 1.3),
)
REPORT = Report("policies", CONTENDERS, TABLES, "Commands of an execution, one at a time", GOALS)
