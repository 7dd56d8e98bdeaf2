"""Processes of a cell: started in a session of their own, read from /proc, ended by id."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

END_SECONDS = 10.0
# No process of a cell needs longer; one that hangs is killed, and its cell fails.
LIMIT_SECONDS = 180.0
_TICKS = os.sysconf("SC_CLK_TCK")
# Places in /proc/PID/stat behind the command's name: parent, then own and waited children's CPU.
_PARENT, _CPU = 1, slice(11, 15)


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a whole process tree, in MiB. PSS shares what processes share, RSS counts it each time."""

    pss: float
    rss: float


@contextmanager
def running(
    command: list[str], folder: Path, environ: dict[str, str], name: str
) -> Iterator[subprocess.Popen[str]]:
    """A process with pipes to talk over; its errors go to a log; killed with all it started."""
    with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if name == "sender" else log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        limit = Timer(LIMIT_SECONDS, killed, (process,))
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            ended(process)


def ended(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Kill a process with its descendants, and wait for its end."""
    killed(process)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
    process.wait(END_SECONDS)


def killed(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Kill a process and its descendants. Some sit in sessions of their own, hence one by one."""
    # Not one that is gone: its id may be another's by now.
    for pid in [] if process.poll() is not None else list(tree(process.pid)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def tree(root: int) -> Iterator[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := stat_of(int(entry.name))):
            children.setdefault(int(fields[_PARENT]), []).append(int(entry.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, ())


def cpu_seconds(root: int) -> float:
    """User and system CPU of a tree, children that it has waited for included."""
    ticks = sum(sum(map(int, stat_of(pid)[_CPU])) for pid in tree(root))
    return ticks / _TICKS


def memory(root: int) -> Memory:
    """What a tree holds in memory now."""
    pss = rss = 0
    for pid in tree(root):
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    pss += int(line.split()[1])
                elif line.startswith("Rss:"):
                    rss += int(line.split()[1])
    return Memory(pss / 1024, rss / 1024)


def stat_of(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name; none when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
