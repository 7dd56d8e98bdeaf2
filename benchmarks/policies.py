"""Fully guarded executions beside policies stacked by hand; see docs/reference/benchmarks.md."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from guarded.cells import measured
from guarded.contenders import HOLDS
from guarded.goals import REPORT
from side_by_side.command_line import command_line, measure_and_print, plan_of
from side_by_side.contenders import Measure

SIZES = {
    Measure.NOOP: (3000, 1000),
    Measure.PACED: (100, 30),
    Measure.COMMANDS: (100, 30),
    Measure.STACK: (1500, 500),
    Measure.STACK_ASYNC: (1000, 300),
    Measure.CROWD: (3000, 1000),
    Measure.HIT: (1500, 500),
    Measure.REPLAY: (1500, 500),
    **dict.fromkeys(HOLDS, (1500, 500)),
}


def main() -> int:
    """Measure, print, and say whether everything that was asked for could be made."""
    options = command_line(REPORT.name, __doc__, SIZES).parse_args()
    wanted = {Measure[name.upper()] for name in options.measures or ()} or set(SIZES)
    return measure_and_print(
        REPORT,
        options,
        plan_of(options, SIZES),
        wanted,
        measured=measured,
        tasks="guarded_tasks",
    )


if __name__ == "__main__":
    sys.exit(main())
