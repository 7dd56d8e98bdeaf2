"""Measures one cell: executions under policies, or the policies alone in one process."""

from side_by_side.cells import WARM_CALLS, Reading, drain, latency, send
from side_by_side.commands import counted, monitored
from side_by_side.contenders import Measure
from side_by_side.rounds import Plan
from side_by_side.stage import CellFailed, Stage

from .contenders import HOLDS

CALLERS = 50
# Sent before anything counts: connections are open then, and scripts loaded.
WARM = 200


def measured(at: Stage, plan: Plan) -> Reading:
    """Measure one cell. Raises CellFailed."""
    size = plan.size(at.contender, at.measure)
    match at.measure:
        case Measure.NOOP:
            return drain(at, "noop", size)
        case Measure.PACED:
            return latency(at, size, "paced")
        case Measure.COMMANDS:
            return commands_of_each(at, size)
        case Measure.STACK:
            return send(at, "stack", "0", size, WARM)
        case Measure.STACK_ASYNC:
            return send(at, "stack_async", "1", size, WARM)
        case Measure.CROWD:
            return send(at, "stack_async", str(CALLERS), size, WARM)
        case Measure.HIT:
            return send(at, "hit", "", size, WARM)
        case Measure.REPLAY:
            return send(at, "replay", "", size, WARM)
        case beside if beside in HOLDS:
            return send(at, "stack", str(HOLDS[beside]), size, WARM)
        case _:
            raise CellFailed(f"{at.measure} is no measure of policies")


def commands_of_each(at: Stage, count: int) -> Reading:
    """Commands per execution by name, of submitter and worker, when one comes after the other."""
    with monitored(at.server.client) as lines:
        latency(at, count, "paced")
    names = counted(at, lines, count + WARM_CALLS)
    # The harness looking at the server.
    names.pop("INFO", None)
    return names
