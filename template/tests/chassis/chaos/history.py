"""What happened, in order: one line per entry, appended by every process of a story."""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from .patience import wait_until


class Kind(StrEnum):
    """What an entry says."""

    ACCEPTED = "accepted"  # whoever submitted was told so
    STARTED = "started"  # a body begins
    ENDED = "ended"  # a body is over; the detail says how
    EFFECT = "effect"  # something that counts has happened, once and for all
    SETTLED = "settled"  # somebody saw this terminal state, named in the detail
    INJECTED = "injected"  # an input that nobody can take was put into a queue
    BURIED = "buried"  # a dead letter tells of such an input
    UP = "up"  # a worker consumes the queues of its lane
    DOWN = "down"  # its process is gone; the detail is the exit code
    KILLED = "killed"  # a failpoint struck; the detail is its name
    CLOSED = "closed"  # the story ends here


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``at`` is the machine's monotonic clock, the same in all processes.

    ``worker`` is the session id of the worker, which its children share; ``lane`` is the kind of
    tasks it runs.
    """

    kind: Kind
    at: float
    worker: int = 0
    execution: str = ""
    key: str = ""
    lane: str = ""
    detail: str = ""


class History:
    """The file that all processes of one story append to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Short lines appended by one write each are never torn, whoever dies when.
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._entries: list[Entry] = []
        self._read_to = 0

    def write(
        self,
        kind: Kind,
        *,
        worker: int | None = None,
        execution: str = "",
        key: str = "",
        lane: str = "",
        detail: str = "",
    ) -> None:
        """Append one entry, by default in the name of this process's session."""
        session = os.getsid(0) if worker is None else worker
        entry = Entry(kind, time.monotonic(), session, execution, key, lane, detail)
        os.write(self._file, json.dumps(asdict(entry)).encode() + b"\n")

    def read(self) -> list[Entry]:
        """Every entry so far, in the order of time."""
        with self.path.open("rb") as file:
            # Only what is new: stories are asked many times and grow long.
            file.seek(self._read_to)
            lines = file.read().splitlines()
            self._read_to = file.tell()
        for found in map(json.loads, lines):
            self._entries.append(Entry(**{**found, "kind": Kind(found["kind"])}))
        self._entries.sort(key=lambda entry: entry.at)
        return list(self._entries)

    def wait(self, is_over: Callable[[Sequence[Entry]], bool], what: str) -> list[Entry]:
        """Wait until the entries so far satisfy the condition. Raises AssertionError."""
        wait_until(
            lambda: is_over(self.read()),
            lambda: "\n".join([f"not yet: {what}", *map(str, self.read()[-40:])]),
        )
        return self.read()

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)


def count(entries: Sequence[Entry], kind: Kind, execution: str = "", key: str = "") -> int:
    """How many entries of this kind there are, of one execution or key when it is given."""
    return sum(
        entry.kind is kind
        and (not execution or entry.execution == execution)
        and (not key or entry.key == key)
        for entry in entries
    )
