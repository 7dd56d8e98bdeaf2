"""Tables of what was measured."""

import os
import platform
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .cells import Reading
from .contenders import CONTENDERS, Contender, Measure
from .rounds import Results


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a table. ``best`` picks the best of rounds; ``ratio`` compares with a baseline."""

    title: str
    name: str
    digits: int = 0
    best: Any = None
    ratio: bool = False


_DRAIN = (
    Column("drain/s", "drain_per_second", best=max, ratio=True),
    Column("worker CPU µs", "worker_cpu_us"),
    Column("server CPU µs", "server_cpu_us"),
    Column("requests", "drain_requests", 2),
    Column("commands", "drain_commands", 2),
    Column("PSS MiB", "busy_pss_mib"),
    Column("repeated", "repeated"),
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
TABLES = (
    ("No-op drain, one worker", (Measure.NOOP,), _DRAIN),
    ("50 ms I/O at concurrency 100, one worker (ideal 2000/s)", (Measure.IO,), _DRAIN),
    ("Enqueue, one producer", (Measure.NOOP, Measure.MANY), _ENQUEUE),
    ("Call to result, one at a time", (Measure.LATENCY,), _LATENCY),
)


def as_markdown(results: Results, about: str) -> str:
    """Everything, for people."""
    parts = [about, *versions_of(results)]
    for title, measures, columns in TABLES:
        rows = list(rows_of(results, measures, columns))
        if rows:
            heads = ["", *(each.title for each in columns)]
            places = next(place for place, each in enumerate(columns, 2) if each.ratio)
            heads.insert(places, "ratio")
            parts.append(
                "\n".join([f"## {title}", "", line(heads), line(["---"] * len(heads)), *rows])
            )
    if results.failures:
        parts.append("## Not measured\n\n" + "\n".join(f"- {each}" for each in results.failures))
    return "\n\n".join(parts)


def versions_of(results: Results) -> Iterator[str]:
    """One line per environment."""
    if results.versions:
        yield "\n".join(f"- `{name}`: {found}" for name, found in sorted(results.versions.items()))


def rows_of(
    results: Results, measures: tuple[Measure, ...], columns: tuple[Column, ...]
) -> Iterator[str]:
    """The lines of one table, in the order of the contenders."""
    for measure in measures:
        for contender in CONTENDERS:
            readings = results.readings.get((contender.name, measure), [])
            if any(readings):
                label = contender.name + (", many" if measure is Measure.MANY else "")
                yield line([label, *values(results, contender, readings, columns)])


def values(
    results: Results,
    contender: Contender,
    readings: list[Reading | None],
    columns: tuple[Column, ...],
) -> Iterator[str]:
    """Medians, with the best in brackets where it says more."""
    for column in columns:
        found = [each[column.name] for each in readings if each]
        median = f"{statistics.median(found):.{column.digits}f}"
        yield f"{median} ({column.best(found):.{column.digits}f})" if column.best else median
        if column.ratio:
            found = ratios(results, contender, readings, column.name)
            yield f"{statistics.median(found):.2f}" if found else ""


def ratios(
    results: Results, contender: Contender, readings: list[Reading | None], name: str
) -> list[float]:
    """To the baseline, each within its own round."""
    measure = Measure.LATENCY if name == "p50_ms" else None
    for key, found in results.readings.items():
        if found is readings:
            measure = Measure.NOOP if key[1] is Measure.MANY else key[1]
    baseline = results.readings.get((contender.baseline, measure), []) if measure else []
    return [
        mine[name] / theirs[name]
        for mine, theirs in zip(readings, baseline, strict=False)
        if mine and theirs
    ]


def line(cells: list[str]) -> str:
    """One row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def machine(words: list[str]) -> str:
    """Where, when and how this was measured."""
    cpu = next(
        (
            text.partition(":")[2].strip()
            for text in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if text.startswith("model name")
        ),
        platform.machine(),
    )
    today = datetime.now(UTC).date().isoformat()
    command = " ".join(["scripts/bench execution", *words])
    return (
        f"`{command}` on {today}: {os.cpu_count()} cores of {cpu}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}."
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
