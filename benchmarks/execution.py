"""The execution core beside stock Celery and its peers; see docs/reference/benchmarks.md."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from side_by_side.command_line import command_line, measure_and_print, plan_of
from side_by_side.contenders import Measure
from side_by_side.report import EXECUTION
from side_by_side.rounds import measured

SIZES = {
    Measure.NOOP: (3000, 1000),
    Measure.IO: (2000, 600),
    Measure.MANY: (3000, 1000),
    Measure.LATENCY: (200, 50),
    Measure.COMMANDS: (800, 400),
    Measure.KILLS: (40, 8),
}


def main() -> int:
    """Measure, print, and say whether everything that was asked for could be made."""
    parser = command_line(EXECUTION.name, __doc__, SIZES)
    more = "also kill workers (default 40)"
    parser.add_argument("--kills", nargs="?", type=int, const=0, metavar="N", help=more)
    options = parser.parse_args()
    plan = plan_of(options, SIZES)
    wanted = {Measure[name.upper()] for name in options.measures or ()} or {*SIZES} - {
        Measure.KILLS
    }
    if options.kills is not None:
        wanted.add(Measure.KILLS)
        plan.sizes[Measure.KILLS] = options.kills or plan.sizes[Measure.KILLS]
    return measure_and_print(
        EXECUTION, options, plan, wanted, measured=measured, tasks="service_tasks"
    )


if __name__ == "__main__":
    sys.exit(main())
