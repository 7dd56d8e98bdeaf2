"""The execution core beside stock Celery and its peers: scripts/bench execution --help."""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from benchmarks.side_by_side.cells import Sizes
from benchmarks.side_by_side.contenders import CONTENDERS, Measure
from benchmarks.side_by_side.report import as_json, as_markdown, machine
from benchmarks.side_by_side.rounds import run_rounds
from benchmarks.side_by_side.service import rendered_service

CACHE = Path.home() / ".cache" / "valkey-chassis-bench"
WHOLE = Sizes(noops=3000, ios=2000, calls=200)
QUICK = Sizes(noops=1000, ios=600, calls=50)


def main() -> int:
    """Measure, print, and say whether everything that was asked for could be made."""
    options = parsed()
    chosen = [each for each in CONTENDERS if any(word in each.name for word in options.only)]
    with tempfile.TemporaryDirectory(prefix="bench-service-") as folder:
        results = run_rounds(
            chosen,
            [Measure[word.upper()] for word in options.measures],
            QUICK if options.quick else WHOLE,
            rounds=options.rounds or (1 if options.quick else 3),
            cache=options.cache,
            source=rendered_service(Path(folder)),
            order=random.Random(options.seed),  # noqa: S311 - an order, no secret
        )
    print(as_markdown(results, machine(sys.argv[1:])))
    if options.json:
        options.json.write_text(json.dumps(as_json(results), indent=1), encoding="utf-8")
    return 1 if results.failures else 0


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench execution", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="one small round: a look, no result to publish")
    add("--rounds", type=int, help="how often each cell is measured (default 3, quick 1)")
    add("--only", nargs="+", default=[""], metavar="WORD", help="contenders whose name has a word")
    names = [measure.name.lower() for measure in Measure]
    add("--measures", nargs="+", choices=names, default=names)
    add("--json", type=Path, metavar="FILE", help="write every reading there")
    add("--cache", type=Path, default=CACHE, help=f"where environments are kept ({CACHE})")
    add("--seed", type=int, help="of the order within the rounds")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
