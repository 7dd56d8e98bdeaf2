"""Reads what the bodies of a cell have noted: who ran, and when it ended."""

import struct
from dataclasses import dataclass
from pathlib import Path

# As peers/bodies.py writes it: the number of the task, and the monotonic nanosecond.
_RECORD = struct.Struct("<QQ")


@dataclass(frozen=True, slots=True)
class Run:
    """One end of a body. The clock is shared by all processes of the machine."""

    number: int
    ended: float


class Journal:
    """The file that all bodies of a cell append to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __len__(self) -> int:
        return self.path.stat().st_size // _RECORD.size if self.path.is_file() else 0

    def runs(self) -> list[Run]:
        """Every run so far, in the order of their ends."""
        whole = len(self) * _RECORD.size
        found = _RECORD.iter_unpack(self.path.read_bytes()[:whole]) if whole else ()
        return sorted((Run(number, ns / 1e9) for number, ns in found), key=lambda run: run.ended)

    def numbers(self) -> set[int]:
        """Who has run at least once."""
        return {run.number for run in self.runs()}
