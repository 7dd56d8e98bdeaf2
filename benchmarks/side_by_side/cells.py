"""One cell of a round: one contender at one measure, alone on a fresh server."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .contenders import IO_CONCURRENCY, Contender, Measure
from .environments import PEERS
from .journal import Journal
from .processes import cpu_seconds, memory, running
from .server import Server, private_server

# What a cell came to: numbers by name. Units are in the names.
Reading = dict[str, float]

WARM = 100
POLL_SECONDS = 0.004
# Longer than any start of a worker, and than any pause of one that works.
STALL_SECONDS = 25.0
# Acknowledgements that trail the last body.
TRAIL_SECONDS = 0.2


class CellFailed(Exception):
    """A measurement that could not be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much work a cell is, before a contender's fraction."""

    noops: int
    ios: int
    calls: int

    def of(self, contender: Contender, measure: Measure) -> int:
        """Tasks of one cell."""
        whole = {Measure.IO: self.ios, Measure.LATENCY: self.calls}.get(measure, self.noops)
        return max(10, round(whole * contender.fraction))


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a contender plays: its interpreter, what it may import, its folder and its server."""

    contender: Contender
    measure: Measure
    python: Path
    path: tuple[Path, ...]
    folder: Path
    server: Server

    @property
    def journal(self) -> Journal:
        """What its bodies note."""
        return Journal(self.folder / "journal")

    def command(self, role: str, *words: object) -> list[str]:
        """The driver in one role."""
        driver = PEERS / "driver.py"
        return [str(self.python), str(driver), self.contender.module, role, *map(str, words)]

    def environ(self) -> dict[str, str]:
        """All that its processes are told, and nothing of ours besides."""
        is_io = self.measure is Measure.IO
        concurrency = str(IO_CONCURRENCY if is_io else self.contender.noop_concurrency)
        results = self.contender.with_results or self.measure is Measure.LATENCY
        return {
            "PATH": f"{self.python.parent}:/usr/bin:/bin",
            "HOME": str(self.folder),
            # What a killed process leaves behind goes with the folder.
            "TMPDIR": str(self.folder),
            "PYTHONPATH": ":".join(map(str, (PEERS, *self.path))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "C_FORCE_ROOT": "1",
            "BENCH_URL": self.server.url,
            "BENCH_JOURNAL": str(self.journal.path),
            "BENCH_VARIANT": self.contender.variant,
            "BENCH_CONCURRENCY": concurrency,
            "BENCH_RESULTS": "1" if results else "0",
            "VALKEY_URL": self.server.url.replace("redis:", "valkey:"),
            "SERVICE_ENVIRONMENT": "test",
            "TELEMETRY_BIND": "",
            # As the peers, which are told to log errors only.
            "TELEMETRY_LOG_LEVEL": "error",
            "WORKER_CONCURRENCY_ASYNC": concurrency,
            "WORKER_CONCURRENCY_SYNC": concurrency,
        }

    def log(self, name: str) -> str:
        """The last line that a process wrote, which in Python names the error."""
        path = self.folder / f"{name}.log"
        lines = path.read_text("utf-8", errors="replace").split("\n") if path.is_file() else []
        return next((line for line in reversed(lines) if line.strip()), "it wrote no line")


@contextmanager
def stage(
    contender: Contender, measure: Measure, python: Path, path: tuple[Path, ...] = ()
) -> Iterator[Stage]:
    """A fresh folder and server for one cell."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with private_server(folder) as server:
            yield Stage(contender, measure, python, path, folder, server)


def measured(at: Stage, count: int) -> Reading:
    """Measure one cell. Raises CellFailed."""
    match at.measure:
        case Measure.LATENCY:
            return latency(at, count)
        case Measure.MANY:
            return send(at, "enqueue_many", "noop", count, WARM)
        case Measure.NOOP:
            return drain(at, "noop", count)
        case Measure.IO:
            return drain(at, "io", count)


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
    left = count + warm - done
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
    return {
        "enqueue_per_second": count / said["wall"],
        "producer_cpu_us": said["cpu"] / count * 1e6,
        "enqueue_requests": used.requests / count,
        "enqueue_commands": used.commands / count,
    }


def latency(at: Stage, count: int) -> Reading:
    """Call and wait, one after the other, with an idle worker."""
    warm = 20
    with running(at.command("worker"), at.folder, at.environ(), "worker") as worker:
        command = at.command("call", "noop", count, warm)
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
    if at.contender.module != "on_service":
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


def told_to_go_on(at: Stage, sender: subprocess.Popen[str]) -> dict[str, Any]:
    """Let the driver go on, and hear what it came to."""
    pipe(sender.stdin).write("\n")
    pipe(sender.stdin).flush()
    return heard(at, sender)


def heard(at: Stage, sender: subprocess.Popen[str]) -> dict[str, Any]:
    """What the driver says next. Raises CellFailed with its errors when it says nothing."""
    line = pipe(sender.stdout).readline()
    if not line:
        raise CellFailed(f"{at.contender.name} could not send: {at.log('sender')}")
    return dict(json.loads(line))


def pipe(stream: IO[str] | None) -> IO[str]:
    """A pipe that is there."""
    assert stream is not None
    return stream


def own_python() -> Path:
    """The interpreter of this project's environment, which ours run in."""
    return Path(sys.executable)
