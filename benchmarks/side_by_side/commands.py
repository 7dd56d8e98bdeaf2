"""Which commands one task costs, by name: what MONITOR shows while a worker drains its queue."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from valkey import Valkey
from valkey.exceptions import ResponseError, ValkeyError

from .cells import TRAIL_SECONDS, WARM, Reading, send, wait_for
from .processes import running
from .stage import Stage

# The end of a file is enough to know its script by; what is loaded has more at its beginning.
TAIL = 200
SCRIPT_COMMANDS = frozenset({"EVALSHA", "EVALSHA_RO", "EVAL", "FCALL", "FCALL_RO"})


def commands_by_name(at: Stage, count: int) -> Reading:
    """Commands that the worker sends per task from its start on, not those inside scripts."""
    send(at, "enqueue", "noop", count, WARM)
    with (
        monitored(at.server.client) as lines,
        running(at.command("worker"), at.folder, at.environ(), "worker") as worker,
    ):
        wait_for(at, worker, count + WARM)
        time.sleep(TRAIL_SECONDS)
    return counted(at, lines, count + WARM)


def counted(at: Stage, lines: list[dict[str, Any]], tasks: int) -> Reading:
    """Commands per task by name, without those inside scripts."""
    names = names_of_scripts(at)
    seen = Counter(
        named(line["command"], at.server.client, names)
        for line in lines
        if line["client_type"] != "lua"
    )
    return {name: number / tasks for name, number in sorted(seen.items())}


@contextmanager
def monitored(client: Valkey) -> Iterator[list[dict[str, Any]]]:
    """Collects what the server runs, until the block ends."""
    lines: list[dict[str, Any]] = []
    with client.monitor() as monitor:  # type: ignore[no-untyped-call]

        def collect() -> None:
            try:
                lines.extend(monitor.listen())
            except (ValkeyError, OSError, ValueError):
                # The connection was closed under it: that is how it is told to stop.
                return

        thread = threading.Thread(target=collect, daemon=True)
        thread.start()
        yield lines
        monitor.connection.disconnect()
        thread.join(5.0)


def named(command: str, client: Valkey, files: dict[str, str]) -> str:
    """`LPUSH`, or for a script the name of its file: `begin`."""
    words = command.split(" ", 2)
    name = words[0].upper()
    if name not in SCRIPT_COMMANDS or len(words) < 2:
        return name
    return script_name(words[1], client, files)


def script_name(sha: str, client: Valkey, files: dict[str, str]) -> str:
    """The file whose end a script has; else its first line. Remembered in ``files`` by digest."""
    if sha not in files:
        try:
            raw: Any = client.execute_command("SCRIPT", "SHOW", sha)  # type: ignore[no-untyped-call]
        except ResponseError:
            raw = sha
        source = (raw.decode() if isinstance(raw, bytes) else str(raw)).strip()
        found = [name for name, text in files.items() if source.endswith(text[-TAIL:])]
        files[sha] = found[0] if found else source.splitlines()[0][:40].removeprefix("-- ")
    return files[sha]


def names_of_scripts(at: Stage) -> dict[str, str]:
    """The text of every script of the service by the name of its file."""
    return {
        path.stem: path.read_text("utf-8").strip()
        for folder in at.path
        for path in sorted(Path(folder).rglob("*.lua"))
    }
