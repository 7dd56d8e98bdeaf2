"""The execution core beside stock Celery and its peers; see docs/reference/benchmarks.md."""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from side_by_side.contenders import CONTENDERS, Measure
from side_by_side.report import as_json, as_markdown
from side_by_side.rounds import Plan, run_rounds
from side_by_side.service import rendered_service

CACHE = Path.home() / ".cache" / "valkey-chassis-bench"
# Tasks, calls or kills of one cell: whole, and for a quick look.
SIZES = {
    Measure.NOOP: (3000, 1000),
    Measure.IO: (2000, 600),
    Measure.MANY: (3000, 1000),
    Measure.LATENCY: (200, 50),
    Measure.COMMANDS: (800, 400),
    Measure.KILLS: (40, 8),
}
ROUNDS = (3, 1)


def main() -> int:
    """Measure, print, and say whether everything that was asked for could be made."""
    options = parsed()
    names = options.measures or [measure.name.lower() for measure in Measure][:-1]
    plan = Plan(
        sizes={measure: sizes[options.quick] for measure, sizes in SIZES.items()},
        rounds=options.rounds or ROUNDS[options.quick],
        order=random.Random(options.seed),
    )
    if options.kills is not None:
        names.append(Measure.KILLS.name.lower())
        plan.sizes[Measure.KILLS] = options.kills or plan.sizes[Measure.KILLS]
    with tempfile.TemporaryDirectory(prefix="bench-service-") as folder:
        results = run_rounds(
            [each for each in CONTENDERS if any(word in each.name for word in options.only)],
            {Measure[name.upper()] for name in names},
            plan,
            cache=options.cache,
            source=rendered_service(Path(folder)),
        )
    print(as_markdown(results, sys.argv[1:], reach=options.reach))
    if options.json:
        options.json.write_text(json.dumps(as_json(results), indent=1), encoding="utf-8")
    return 1 if results.failures else 0


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench execution", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="one small round: a look, no result to publish")
    add("--rounds", type=int, help=f"how often each cell is measured (default {ROUNDS[0]})")
    add("--only", nargs="+", default=[""], metavar="WORD", help="contenders whose name has a word")
    choices = [measure.name.lower() for measure in Measure]
    add("--measures", nargs="+", choices=choices, help="some of them (default: all but kills)")
    add("--kills", nargs="?", type=int, const=0, metavar="N", help="also kill workers (default 40)")
    add("--reach", action="store_true", help="compare with what the core has set out to reach")
    add("--json", type=Path, metavar="FILE", help="write every reading there")
    add("--cache", type=Path, default=CACHE, help=f"where environments are kept ({CACHE})")
    add("--seed", type=int, help="of the order within the rounds, and of the kills")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
