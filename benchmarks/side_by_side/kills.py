"""Kills a busy worker again and again, and counts by identity who was lost and who ran twice."""

import random
import time
from collections import Counter
from contextlib import ExitStack

from .cells import WARM, Reading, last_settled, send
from .journal import Run
from .processes import killed, running
from .stage import CellFailed, Stage, heard

# A worker is killed after so many further runs, flat out.
RUNS_BEFORE_KILL = (50, 250)
START_SECONDS = 20.0
# Longer than visibility time-out and lease (see Stage.environ), and the sweeps that end them.
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.001


def survive(at: Stage, kills: int, chance: random.Random) -> Reading:
    """Queue enough for all kills, kill, and let a last worker run what is left. Raises CellFailed.

    Lost is who has never run and is held nowhere, neither queued nor booked.
    """
    count = kills * RUNS_BEFORE_KILL[1]
    everyone = set(range(count + WARM))
    with ExitStack() as open_doors:
        if at.contender.keeps_records:
            poller = running(at.command("poller"), at.folder, at.environ(), "poller")
            open_doors.enter_context(poller)
        send(at, "enqueue", "noop", count, WARM)
        moments = [kill_one(at, chance.randint(*RUNS_BEFORE_KILL)) for _ in range(kills)]
        with running(at.command("worker"), at.folder, at.environ(), "worker"):
            missing = everyone - run_all(at, everyone)
            lost = missing - held(at)
            if not missing:
                last_settled(at, len(everyone))
    repeats = repeats_by_kill(at.journal.runs(), moments)
    return {
        "kills": kills,
        "lost": len(lost),
        "waiting": len(missing - lost),
        "repeated": sum(repeats),
        "repeated_at_most": max(repeats),
    }


def kill_one(at: Stage, runs: int) -> float:
    """Start a worker, and kill it in the middle of its work; when that was."""
    goal = len(at.journal) + runs
    deadline = time.monotonic() + START_SECONDS
    with running(at.command("worker"), at.folder, at.environ(), "worker") as worker:
        while len(at.journal) < goal:
            if worker.poll() is not None or time.monotonic() > deadline:
                raise CellFailed(f"the worker did not get to work: {at.log('worker')}")
            time.sleep(POLL_SECONDS)
        killed(worker)
        worker.wait()
        # Not before: what runs until the signal arrives is repeated by this kill, not by the next.
        return time.monotonic()


def run_all(at: Stage, everyone: set[int]) -> set[int]:
    """Who has run, once everyone has or nothing has moved for long."""
    runs, since = len(at.journal), time.monotonic()
    while (done := at.journal.numbers()) < everyone:
        if len(at.journal) > runs:
            runs, since = len(at.journal), time.monotonic()
        elif time.monotonic() - since > PATIENCE_SECONDS:
            break
        time.sleep(0.1)
    return done


def held(at: Stage) -> set[int]:
    """Who the server still holds: booked for a dead worker, which others will run some day."""
    if at.contender.module != "on_celery":
        return set()
    command = at.command("held", 0)
    with running(command, at.folder, at.environ(), "sender") as sender:
        return set(heard(at, sender)["held"])


def repeats_by_kill(runs: list[Run], moments: list[float]) -> list[int]:
    """How many tasks each kill made run again: it came first after the run before.

    ``runs`` are in their order. One that two kills repeat counts for each of them.
    """
    latest: dict[int, float] = {}
    blamed: Counter[int] = Counter()
    for run in runs:
        if run.number in latest:
            before = latest[run.number]
            moment = next((at for at in moments if at >= before), moments[-1])
            blamed[moments.index(moment)] += 1
        latest[run.number] = run.ended
    return [blamed[place] for place in range(len(moments))]
