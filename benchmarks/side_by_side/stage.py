"""Where one contender plays: a fresh folder and server, and the ways to talk to its processes."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .contenders import IO_CONCURRENCY, Contender, Measure
from .environments import PEERS
from .journal import Journal
from .server import Server, private_server

# Recovery within seconds instead of minutes, so that its end can be awaited.
RECOVERY = {
    "BENCH_VISIBILITY": "5",
    "WORKER_VISIBILITY_TIMEOUT_SECONDS": "5",
    "WORKER_LEASE_SECONDS": "2",
    "WORKER_REPUBLISH_AFTER_SECONDS": "20",
    "WORKER_RECONCILE_INTERVAL_SECONDS": "0.5",
}


class CellFailed(Exception):
    """A measurement that could not be made; the message says why."""


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
        return (RECOVERY if self.measure is Measure.KILLS else {}) | {
            "PATH": f"{self.python.parent}:/usr/bin:/bin",
            "HOME": str(self.folder),
            # What a killed process leaves behind goes with the folder.
            "TMPDIR": str(self.folder),
            "PYTHONPATH": ":".join(map(str, (PEERS, *self.path))),
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
