"""Tables of what was measured, in Markdown, and the same for programs."""

import os
import platform
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .contenders import CONTENDERS, Contender, Measure
from .reach import ROWS, Row, reach_rows
from .rounds import Results

_BASELINE_MEASURE = {Measure.MANY: Measure.NOOP}
# Where a table has several measures one below the other.
_SUFFIX = {
    Measure.MANY: ", many",
    **{each: f", {each}" for each in Measure if each.name.startswith("HOLDS")},
}


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a table: its median, the best of the rounds, and its ratio to the baseline."""

    title: str
    name: str
    digits: int = 0
    best: Callable[[list[float]], float] | None = None
    ratio: bool = False

    def heads(self) -> list[str]:
        """One title, or two."""
        return [self.title, "ratio"] if self.ratio else [self.title]

    def cells(self, results: Results, contender: Contender, measure: Measure) -> Iterator[str]:
        """Its numbers in one row."""
        mine = (contender.name, measure)
        found = [each for each in results.values(mine, self.name) if each is not None]
        if not found:
            yield from [""] * len(self.heads())
            return
        text = f"{statistics.median(found):.{self.digits}f}"
        yield f"{text} ({self.best(found):.{self.digits}f})" if self.best else text
        if self.ratio:
            theirs = (contender.baseline, _BASELINE_MEASURE.get(measure, measure))
            ratios = results.ratios(mine, theirs, self.name)
            yield f"{statistics.median(ratios):.2f}" if ratios else ""


# Title, measures one below the other, and columns of each table.
Tables = Sequence[tuple[str, Sequence[Measure], Sequence[Column]]]

_DRAIN = (
    Column("drain/s", "drain_per_second", best=max, ratio=True),
    Column("worker CPU µs", "worker_cpu_us"),
    Column("server CPU µs", "server_cpu_us"),
    Column("requests", "drain_requests", 2),
    Column("commands", "drain_commands", 2),
    Column("PSS MiB", "busy_pss_mib"),
)
_ENQUEUE = (
    Column("enqueue/s", "enqueue_per_second", best=max, ratio=True),
    Column("producer CPU µs", "producer_cpu_us"),
    Column("requests", "enqueue_requests", 2),
    Column("commands", "enqueue_commands", 2),
)
_LATENCY = (
    Column("p50 ms", "p50_ms", 2, best=min, ratio=True),
    Column("p99 ms", "p99_ms", 2, best=min),
    Column("requests", "call_requests", 1),
    Column("commands", "call_commands", 1),
    Column("worker CPU µs", "worker_cpu_us"),
    Column("idle PSS MiB", "idle_pss_mib"),
    Column("idle RSS MiB", "idle_rss_mib"),
)
_KILLS = (
    Column("kills", "kills"),
    Column("lost", "lost"),
    Column("still booked", "waiting"),
    Column("repeated", "repeated"),
    Column("by one kill at most", "repeated_at_most"),
)
TABLES: Tables = (
    ("No-op drain, one worker", (Measure.NOOP,), _DRAIN),
    ("50 ms I/O at concurrency 100, one worker (ideal 2000/s)", (Measure.IO,), _DRAIN),
    ("Enqueue, one producer", (Measure.NOOP, Measure.MANY), _ENQUEUE),
    ("Call to result, one at a time", (Measure.LATENCY,), _LATENCY),
    ("Lost and repeated, by identity", (Measure.KILLS,), _KILLS),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What `scripts/bench NAME` prints: who in which tables, and which goals it compares with."""

    name: str
    contenders: Sequence[Contender]
    tables: Tables
    commands: str
    goals: Sequence[Row]


EXECUTION = Report("execution", CONTENDERS, TABLES, "Commands of the worker, per task", ROWS)


def as_markdown(
    results: Results, words: Sequence[str], *, reach: bool, report: Report = EXECUTION
) -> str:
    """Everything, for people."""
    parts = [machine(report.name, words), versions_of(results)]
    for title, measures, columns in report.tables:
        rows = [
            [label(contender, measure), *cells_of(results, contender, measure, columns)]
            for measure in measures
            for contender in report.contenders
            if any(results.readings.get((contender.name, measure), []))
        ]
        heads = [head for column in columns for head in column.heads()]
        parts.append(table(title, ["", *heads], rows))
    parts.append(table(report.commands, ["", ""], commands_of(results, report.contenders)))
    if reach:
        heads = ["measure", "value", "goal", ""]
        parts.append(table("Reach", heads, list(reach_rows(results, report.goals))))
    if results.failures:
        parts.append("## Not measured\n\n" + "\n".join(f"- {each}" for each in results.failures))
    return "\n\n".join(filter(None, parts))


def label(contender: Contender, measure: Measure) -> str:
    """How a row is called."""
    return contender.name + _SUFFIX.get(measure, "")


def cells_of(
    results: Results, contender: Contender, measure: Measure, columns: Sequence[Column]
) -> list[str]:
    """The numbers of one row."""
    return [cell for column in columns for cell in column.cells(results, contender, measure)]


def commands_of(results: Results, contenders: Sequence[Contender]) -> list[list[str]]:
    """One row per contender, the commands that count first."""
    rows = []
    for contender in contenders:
        for reading in filter(None, results.readings.get((contender.name, Measure.COMMANDS), [])):
            ranked = sorted(reading.items(), key=lambda item: -item[1])
            said = ", ".join(f"{name} {count:.2f}" for name, count in ranked if count >= 0.01)
            rows.append([contender.name, said])
    return rows


def table(title: str, heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table under its title; nothing without rows."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return f"## {title}\n\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def versions_of(results: Results) -> str:
    """One line per environment."""
    return "\n".join(
        f"- {name.removeprefix('on_')}: {found}" for name, found in sorted(results.versions.items())
    )


def machine(name: str, words: Sequence[str]) -> str:
    """Where, when and how this was measured."""
    names = [
        text.partition(":")[2].strip()
        for text in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if text.startswith("model name")
    ]
    today = datetime.now(UTC).date().isoformat()
    command = " ".join(["scripts/bench", name, *words])
    return (
        f"`{command}` on {today}: {os.cpu_count()} cores of {(names or [platform.machine()])[0]}, "
        f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}; "
        f"{os.getloadavg()[2]:.1f} busy processes on average in the last quarter of an hour."
    )


def as_json(results: Results) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "versions": results.versions,
        "failures": results.failures,
        "readings": [
            {"contender": name, "measure": str(measure), "rounds": found}
            for (name, measure), found in results.readings.items()
        ],
    }
