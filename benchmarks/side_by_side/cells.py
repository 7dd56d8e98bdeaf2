"""Measures one cell of a round: one contender sending, draining, or answering."""

import statistics
import subprocess
import time

from .processes import cpu_seconds, memory, running
from .stage import CellFailed, Stage, heard, told_to_go_on

# What a cell came to: numbers by name. Units are in the names.
Reading = dict[str, float]

# Sent and run before anything counts.
WARM = 100
WARM_CALLS = 20
POLL_SECONDS = 0.004
# Longer than any start of a worker, and than any pause of one that works.
STALL_SECONDS = 25.0
# Acknowledgements that trail the last body.
TRAIL_SECONDS = 0.2


def drain(at: Stage, task: str, count: int) -> Reading:
    """Queue everything, then let one worker run it; the first ``warm`` tasks count for nothing."""
    warm = max(10, round(WARM * at.contender.fraction))
    reading = send(at, "enqueue", task, count, warm)
    with running(at.command("worker"), at.folder, at.environ(), "worker") as worker:
        wait_for(at, worker, warm)
        done = len(at.journal)
        counters, cpu = at.server.counters(), cpu_seconds(worker.pid)
        wait_for(at, worker, count + warm)
        time.sleep(TRAIL_SECONDS)
        used, cpu = at.server.counters() - counters, cpu_seconds(worker.pid) - cpu
        held = memory(worker.pid)
        runs = at.journal.runs()
        ended = max(runs[-1].ended, last_settled(at, count + warm))
    # A small round may be over before it is looked at.
    left = max(1, count + warm - done)
    return reading | {
        "drain_per_second": count / (ended - runs[warm - 1].ended),
        "worker_cpu_us": cpu / left * 1e6,
        "server_cpu_us": used.cpu_seconds / left * 1e6,
        "drain_requests": used.requests / left,
        "drain_commands": used.commands / left,
        "repeated": len(runs) - count - warm,
        "busy_pss_mib": held.pss,
        "busy_rss_mib": held.rss,
    }


def send(at: Stage, role: str, task: str, count: int, warm: int) -> Reading:
    """Let one producer send; what it took, and what it cost the server."""
    command = at.command(role, task, count, warm)
    with running(command, at.folder, at.environ(), "sender") as sender:
        heard(at, sender)
        before = at.server.counters()
        said = told_to_go_on(at, sender)
        used = at.server.counters() - before
    reading = {
        "enqueue_per_second": count / said["wall"],
        "producer_cpu_us": said["cpu"] / count * 1e6,
        "enqueue_requests": used.requests / count,
        "enqueue_commands": used.commands / count,
        "script_us": used.script_us / count,
    }
    if said["calls"]:
        reading["p50_ms"] = statistics.median(said["calls"]) * 1000
    return reading


def latency(at: Stage, count: int, role: str = "call") -> Reading:
    """Call and wait, one after the other, with an idle worker."""
    warm = WARM_CALLS
    with running(at.command("worker"), at.folder, at.environ(), "worker") as worker:
        command = at.command(role, "noop", count, warm)
        with running(command, at.folder, at.environ(), "sender") as sender:
            heard(at, sender)
            idle = memory(worker.pid)
            before, cpu = at.server.counters(), cpu_seconds(worker.pid)
            said = told_to_go_on(at, sender)
            used, cpu = at.server.counters() - before, cpu_seconds(worker.pid) - cpu
    calls = sorted(said["calls"])
    return {
        "p50_ms": calls[len(calls) // 2] * 1000,
        "p99_ms": calls[int(len(calls) * 0.99)] * 1000,
        "call_requests": used.requests / count,
        "call_commands": used.commands / count,
        "worker_cpu_us": cpu / count * 1e6,
        "idle_pss_mib": idle.pss,
        "idle_rss_mib": idle.rss,
    }


def last_settled(at: Stage, count: int) -> float:
    """When the last of a service's executions was settled; peers that keep no records say 0.

    Raises CellFailed when some did not succeed.
    """
    if not at.contender.keeps_records:
        return 0.0
    command = at.command("settled", count)
    with running(command, at.folder, at.environ(), "sender") as sender:
        return float(heard(at, sender)["settled"])


def wait_for(at: Stage, worker: subprocess.Popen[str], count: int) -> None:
    """Wait until the first ``count`` tasks have run. Raises CellFailed when nothing moves."""
    seen, since = 0, time.monotonic()
    while True:
        runs = len(at.journal)
        # Repeated runs count for nothing.
        if runs >= count and len(at.journal.numbers()) >= count:
            return
        if runs > seen:
            seen, since = runs, time.monotonic()
        if worker.poll() is not None:
            raise CellFailed(f"the worker ended with {worker.returncode}: {at.log('worker')}")
        if time.monotonic() - since > STALL_SECONDS:
            message = f"stalled after {runs} of {count} runs: {at.log('worker')}"
            raise CellFailed(message)
        time.sleep(POLL_SECONDS)
