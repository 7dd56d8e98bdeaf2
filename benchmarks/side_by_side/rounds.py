"""Runs cells in rounds, each round in an order of its own, so that no one has the quiet minutes."""

import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from valkey.exceptions import ValkeyError

from .cells import WARM, Reading, drain, latency, send
from .commands import commands_by_name
from .contenders import Contender, Measure
from .environments import python_of, versions
from .kills import survive
from .stage import CellFailed, Stage, own_python, stage

# Exact, or slow: measured in the first round only.
ONCE = frozenset({Measure.COMMANDS, Measure.PACED, Measure.KILLS})
Cell = tuple[Contender, Measure]
# A contender's name, and the measure.
Key = tuple[str, Measure]
_FAILURES = (CellFailed, OSError, RuntimeError, ValkeyError, subprocess.SubprocessError)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: tasks, calls or kills by measure, and how many rounds."""

    sizes: dict[Measure, int]
    rounds: int
    order: random.Random

    def size(self, contender: Contender, measure: Measure) -> int:
        """The work of one cell; a slow contender gets its fraction of the tasks."""
        whole = self.sizes[measure]
        return whole if measure is Measure.KILLS else max(20, round(whole * contender.fraction))


@dataclass(slots=True)
class Results:
    """Readings by contender's name and measure, one per round; None where a round has none."""

    readings: dict[Key, list[Reading | None]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def values(self, key: Key, number: str) -> list[float | None]:
        """One number of one contender at one measure, round by round."""
        return [each.get(number) if each else None for each in self.readings.get(key, [])]

    def ratios(self, mine: Key, theirs: Key, number: str) -> list[float]:
        """Of one contender's number to another's, each within its own round."""
        pairs = zip(self.values(mine, number), self.values(theirs, number), strict=False)
        return [a / b for a, b in pairs if a is not None and b]

    def fail(self, what: str, why: object) -> None:
        """Note a failure, and show it at once."""
        self.failures.append(f"{what}: {why}")
        tell(f"FAILED {self.failures[-1]}")


def measured(at: Stage, plan: Plan) -> Reading:
    """Measure one cell of the execution core. Raises CellFailed."""
    size = plan.size(at.contender, at.measure)
    match at.measure:
        case Measure.NOOP:
            return drain(at, "noop", size)
        case Measure.IO:
            return drain(at, "io", size)
        case Measure.MANY:
            return send(at, "enqueue_many", "noop", size, WARM)
        case Measure.LATENCY:
            return latency(at, size)
        case Measure.COMMANDS:
            return commands_by_name(at, size)
        case Measure.KILLS:
            return survive(at, size, plan.order)
        case _:
            raise CellFailed(f"{at.measure} is no measure of the execution core")


def run_rounds(
    contenders: Sequence[Contender],
    measures: Collection[Measure],
    plan: Plan,
    *,
    cache: Path,
    source: Path,
    measured: Callable[[Stage, Plan], Reading] = measured,
) -> Results:
    """Measure every contender; what fails is noted, and the rest goes on."""
    results = Results()
    pythons = dict(prepared(contenders, cache, results))
    cells = [
        (contender, measure)
        for contender in contenders
        for measure in contender.measures
        if measure in measures and contender.name in pythons
    ]
    for number in range(plan.rounds):
        for contender, measure in shuffled(cells, plan.order):
            if number and measure in ONCE:
                continue
            path = (source,) if contender.ours else ()
            what = f"{contender.name}, {measure}, round {number + 1}"
            reading = None
            try:
                with stage(contender, measure, pythons[contender.name], path) as at:
                    reading = measured(at, plan)
                tell(f"{what}: {summary(reading)}")
            except _FAILURES as error:
                results.fail(what, error)
            results.readings[contender.name, measure].append(reading)
    return results


def shuffled(cells: list[Cell], order: random.Random) -> list[Cell]:
    """A new order, in which the cells of one measure stay close: their ratios share the weather."""
    weather = {measure: order.random() for measure in Measure}
    # Compared with another measure.
    weather[Measure.MANY] = weather[Measure.NOOP]
    weather[Measure.HOLDS_1000] = weather[Measure.HOLDS_10000] = weather[Measure.HOLDS_10]
    return sorted(cells, key=lambda cell: (weather[cell[1]], order.random()))


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
    """The numbers of a cell that its reader waits for."""
    wanted = ("drain_per_second", "enqueue_per_second", "p50_ms", "script_us", "lost")
    return ", ".join(f"{name} {reading[name]:.4g}" for name in wanted if name in reading)


def tell(what: str) -> None:
    """Show progress; the results alone go to standard output."""
    print(what, file=sys.stderr, flush=True)
