"""Measures one cell: executions under policies, or the policies alone in one process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from side_by_side.cells import WARM_CALLS, Reading, drain, latency, send
from side_by_side.commands import counted, monitored
from side_by_side.contenders import Measure
from side_by_side.rounds import Plan
from side_by_side.stage import Stage

from .contenders import HOLDS

CALLERS = 50
# What is sent less often than that is not sent for each execution.
PER_EXECUTION = 0.5
# Sent before anything counts: connections are open then, and scripts loaded.
WARM = 200

# In one process: a peer's role, and the word that it is told.
_ROLES = {
    Measure.STACK: ("stack", "0"),
    Measure.STACK_ASYNC: ("stack_async", "1"),
    Measure.CROWD: ("stack_async", str(CALLERS)),
    Measure.HIT: ("hit", ""),
    Measure.REPLAY: ("replay", ""),
    **{measure: ("stack", str(holds)) for measure, holds in HOLDS.items()},
}


def measured(at: Stage, plan: Plan) -> Reading:
    """Measure one cell. Raises CellFailed."""
    size = plan.size(at.contender, at.measure)
    match at.measure:
        case Measure.NOOP:
            reading = drain(at, "noop", size)
            cpu_us = reading["producer_cpu_us"] + reading["worker_cpu_us"]
            return reading | {"execution_cpu_us": cpu_us}
        case Measure.PACED:
            return latency(at, size, "paced")
        case Measure.COMMANDS:
            return commands_of_each(at, size)
        case in_one_process:
            role, word = _ROLES[in_one_process]
            with cores_of_their_own(at):
                return send(at, role, word, size, WARM)


@contextmanager
def cores_of_their_own(at: Stage) -> Iterator[None]:
    """The server on one core, what is started meanwhile on another.

    Waking an idle core costs the sender of a request about as much as all the rest of it. Whether
    there is one to be woken is the scheduler's choice, and changes from cell to cell.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(at.server.pid, cores[:1])
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def commands_of_each(at: Stage, count: int) -> Reading:
    """Commands per execution by name, of submitter and worker, when one comes after the other."""
    with monitored(at.server.client) as lines:
        latency(at, count, "paced")
    names = counted(at, lines, count + WARM_CALLS)
    # The others belong to the start of a process, or to the harness.
    return {name: number for name, number in names.items() if number >= PER_EXECUTION}
