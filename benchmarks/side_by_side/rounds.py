"""Runs cells in rounds, each round in an order of its own, so that no peer has the quiet minutes."""

import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .cells import CellFailed, Reading, Sizes, measured, own_python, stage
from .contenders import Contender, Measure
from .environments import python_of, versions

Cell = tuple[str, Measure]


@dataclass(slots=True)
class Results:
    """Readings by contender and measure, one for each round; None where a round has none."""

    readings: dict[Cell, list[Reading | None]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def fail(self, what: str, why: object) -> None:
        """Note a failure, and show it at once."""
        self.failures.append(f"{what}: {why}")
        print(f"FAILED {what}: {why}", file=sys.stderr, flush=True)


def run_rounds(
    contenders: Sequence[Contender],
    measures: Iterable[Measure],
    sizes: Sizes,
    *,
    rounds: int,
    cache: Path,
    source: Path,
    order: random.Random,
) -> Results:
    """Measure every contender; what fails is noted, and the rest goes on."""
    results = Results()
    pythons = dict(prepared(contenders, cache, results))
    wanted = set(measures)
    cells = [
        (contender, measure)
        for contender in contenders
        for measure in contender.measures
        if measure in wanted and contender.name in pythons
    ]
    for number in range(rounds):
        order.shuffle(cells)
        for contender, measure in cells:
            what = f"{contender.name}, {measure}, round {number + 1}"
            path = (source,) if contender.ours else ()
            reading = None
            try:
                with stage(contender, measure, pythons[contender.name], path) as at:
                    reading = measured(at, sizes.of(contender, measure))
                print(f"{what}: {summary(reading)}", file=sys.stderr, flush=True)
            except (CellFailed, OSError, RuntimeError, subprocess.SubprocessError) as error:
                results.fail(what, error)
            results.readings[contender.name, measure].append(reading)
    return results


def prepared(
    contenders: Sequence[Contender], cache: Path, results: Results
) -> Iterator[tuple[str, Path]]:
    """The interpreter of each contender that has one."""
    for contender in contenders:
        try:
            python = own_python() if contender.ours else python_of(contender.module, cache)
            results.versions["ours" if contender.ours else contender.module] = versions(python)
        except (OSError, subprocess.SubprocessError) as error:
            reason = getattr(error, "stderr", None) or error
            results.fail(f"{contender.name}, installation", reason)
        else:
            yield contender.name, python


def summary(reading: Reading) -> str:
    """The one number of a cell that its reader waits for."""
    for name in ("drain_per_second", "enqueue_per_second", "p50_ms"):
        if name in reading:
            return f"{name} {reading[name]:.4g}"
    return ""
