"""What `gen` costs beside plop and hygen, and in a service of many tasks; see docs/reference/benchmarks.md."""

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "generators")]

from generation import peers
from generation.services import TASK, environment, forget_task, gen_command, services
from generation.starts import seconds_until_ready
from side_by_side.report import machine, table
from side_by_side.rounds import tell

FEW, MANY = 0, 300
CACHE = Path.home() / ".cache" / "valkey-chassis-bench" / "generators"
START_ROUNDS = 3


@dataclass(slots=True)
class Case:
    """One command: how it is run, how its traces go, and what each round took in milliseconds."""

    command: list[str]
    folder: Path
    undo: Callable[[], None] | None = None
    # An exit code that is right.
    code: int = 0
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Once, with the CPU of every process that it starts. Raises RuntimeError."""
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            self.command,
            cwd=self.folder,
            env=environment(),
            check=False,
            capture_output=True,
            text=True,
        )
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != self.code:
            message = f"{self.command} ended with {done.returncode}: {done.stdout}{done.stderr}"
            raise RuntimeError(message)
        self.wall.append(wall * 1000)
        self.cpu.append(
            1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        )
        if self.undo is not None:
            self.undo()


def main() -> int:
    """Measure in rounds, print tables, and with --reach compare with the goals."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-gen-") as name:
        folder = Path(name)
        tell(f"rendering services of {FEW} and {MANY} more tasks")
        few, many = services(folder, (FEW, MANY))
        cases = dict(_cases(few, many, folder, options.cache))
        for case in cases.values():
            # Compiles, fills the cache of the type checker, and is not counted.
            case.run()
            case.wall.clear()
            case.cpu.clear()
        for number in range(options.rounds):
            for title in random.sample(list(cases), len(cases)):
                cases[title].run()
            tell(f"round {number + 1} of {options.rounds}")
        starts = dict(_starts(few, many, folder))
    print(_markdown(cases, starts, reach=options.reach))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench gen", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="default: 7")
    parser.add_argument("--reach", action="store_true", help="compare with the goals")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where plop and hygen are")
    return parser.parse_args()


def _cases(few: Path, many: Path, folder: Path, cache: Path) -> Iterator[tuple[str, Case]]:
    yield "gen --help", Case(gen_command("--help"), few)
    yield "gen, a refused field", Case(gen_command("task", "charge_card", "a:decimel"), few, code=2)
    for where, service in (("", few), (f", {MANY} tasks", many)):

        def undo(service: Path = service) -> None:
            forget_task(service)

        yield f"gen task, unproved{where}", Case(gen_command(*TASK, "--no-proof"), service, undo)
        yield f"gen task, proved{where}", Case(gen_command(*TASK), service, undo)
        yield f"gen check{where}", Case(gen_command("check"), service)
        yield f"gen list{where}", Case(gen_command("list"), service)
    other = folder / "peers"
    other.mkdir()
    for name, command in peers.commands(cache, other).items():
        yield f"{name}, four files", Case(command, other, lambda: peers.forget(other))


def _starts(few: Path, many: Path, folder: Path) -> Iterator[tuple[str, tuple[float, float]]]:
    for role in ("api", "worker"):
        tell(f"starting the {role}")
        found = [
            [seconds_until_ready(service, role, folder) for service in (few, many)]
            for _ in range(START_ROUNDS)
        ]
        small, large = (statistics.median(each) for each in zip(*found, strict=True))
        yield role, (small, large)


def _markdown(
    cases: dict[str, Case], starts: dict[str, tuple[float, float]], *, reach: bool
) -> str:
    rows = [
        [title, *(f"{text:.0f}" for text in (*_least(case), *_middle(case)))]
        for title, case in cases.items()
    ]
    heads = ["", "wall ms, least", "CPU ms, least", "wall ms, median", "CPU ms, median"]
    parts = [
        machine("gen", sys.argv[1:]),
        "\n".join(f"- {name} {version}" for name, version in peers.VERSIONS.items()),
        table("Commands", heads, rows),
        table(
            "From start to ready, seconds",
            ["", "as rendered", f"{MANY} tasks more"],
            [[role, f"{small:.2f}", f"{large:.2f}"] for role, (small, large) in starts.items()],
        ),
    ]
    if reach:
        heads = ["measure", "value", "goal", ""]
        parts.append(table("Reach", heads, list(_reach(cases))))
    return "\n\n".join(parts)


def _least(case: Case) -> tuple[float, float]:
    return min(case.wall), min(case.cpu)


def _middle(case: Case) -> tuple[float, float]:
    return statistics.median(case.wall), statistics.median(case.cpu)


def _reach(cases: dict[str, Case]) -> Iterator[list[str]]:
    wall, cpu = _least(cases["gen task, unproved"])
    many, _ = _least(cases[f"gen task, unproved, {MANY} tasks"])
    proved, _ = _least(cases["gen task, proved"])
    proved_of_many, _ = _least(cases[f"gen task, proved, {MANY} tasks"])
    plop, _ = _least(cases["plop, four files"])
    for measure, value, goal in (
        ("gen task unproved, wall ms", wall, 250.0),
        ("gen task unproved, CPU ms", cpu, 200.0),
        ("gen task proved, wall ms", proved, 1500.0),
        (f"gen task unproved, {MANY} tasks to none", many / wall, 1.3),
        (f"gen task proved, {MANY} tasks to none", proved_of_many / proved, 1.3),
        ("gen --help, wall ms", _least(cases["gen --help"])[0], 60.0),
        ("gen task unproved, to plop", wall / plop, 1.0),
    ):
        holds = "reached" if value <= goal else "MISSED"
        yield [measure, f"{value:.3g}", f"<= {goal:g}", holds]


if __name__ == "__main__":
    sys.exit(main())
