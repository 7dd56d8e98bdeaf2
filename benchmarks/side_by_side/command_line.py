"""What every side-by-side measurement is told, and what it does with it."""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from .cells import Reading
from .contenders import Measure
from .report import Report, as_json, as_markdown
from .rounds import Plan, run_rounds
from .service import rendered_service
from .stage import Stage

CACHE = Path.home() / ".cache" / "valkey-chassis-bench"
ROUNDS = (3, 1)

# Tasks, calls or kills of one cell: whole, and for a quick look.
Sizes = Mapping[Measure, tuple[int, int]]


def command_line(
    name: str, description: str | None, measures: Collection[Measure]
) -> argparse.ArgumentParser:
    """The options of `scripts/bench NAME`."""
    parser = argparse.ArgumentParser(prog=f"scripts/bench {name}", description=description)
    add = parser.add_argument
    add("--quick", action="store_true", help="one small round: a look, no result to publish")
    add("--rounds", type=int, help=f"how often each cell is measured (default {ROUNDS[0]})")
    add("--only", nargs="+", default=[""], metavar="WORD", help="contenders whose name has a word")
    choices = [measure.name.lower() for measure in measures]
    add("--measures", nargs="+", choices=choices, help="some of them (default: all but kills)")
    add("--reach", action="store_true", help="compare with what it has set out to reach")
    add("--json", type=Path, metavar="FILE", help="write every reading there")
    add("--cache", type=Path, default=CACHE, help=f"where environments are kept ({CACHE})")
    add("--seed", type=int, help="of the order within the rounds, and of the kills")
    return parser


def plan_of(options: argparse.Namespace, sizes: Sizes) -> Plan:
    """How much is measured."""
    return Plan(
        sizes={measure: size[options.quick] for measure, size in sizes.items()},
        rounds=options.rounds or ROUNDS[options.quick],
        order=random.Random(options.seed),
    )


def measure_and_print(
    report: Report,
    options: argparse.Namespace,
    plan: Plan,
    measures: Collection[Measure],
    *,
    measured: Callable[[Stage, Plan], Reading],
    tasks: str,
) -> int:
    """Measure in a service with ``tasks``; 1 when something could not be measured, else 0."""
    with tempfile.TemporaryDirectory(prefix="bench-service-") as folder:
        results = run_rounds(
            [each for each in report.contenders if any(word in each.name for word in options.only)],
            measures,
            plan,
            cache=options.cache,
            source=rendered_service(Path(folder), tasks),
            measured=measured,
        )
    print(as_markdown(results, sys.argv[1:], reach=options.reach, report=report))
    if options.json:
        options.json.write_text(json.dumps(as_json(results), indent=1), encoding="utf-8")
    return 1 if results.failures else 0
