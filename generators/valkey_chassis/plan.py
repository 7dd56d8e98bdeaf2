"""What gen would do, as values: compared with what is there, before anything is written."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TypeAlias

from .project import Project


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as it should be; ``line`` is where the team goes on writing, if it does."""

    path: PurePosixPath
    text: str
    note: str = ""
    line: int | None = None

    @property
    def fingerprint(self) -> str:
        """What tells this text from any other, stable across machines."""
        return fingerprint_of(self.text)


@dataclass(frozen=True, slots=True)
class Create:
    """A file that is not there yet."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Same:
    """A file that is there and already says exactly this."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Replace:
    """A file that is there as gen knows it, and will say something else."""

    draft: Draft
    present: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A file that gen made, and that goes; its draft is what is there."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that is there and says something else; ``present`` is empty when it is no text."""

    draft: Draft
    present: str


Write: TypeAlias = Create | Replace | Remove
Step: TypeAlias = Write | Same | Conflict


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of one command, what is worth saying about them, and the commands to go on with.

    ``way_out`` tells what to do about conflicts.
    """

    title: str
    steps: tuple[Step, ...]
    notices: tuple[str, ...] = ()
    next_commands: tuple[str, ...] = ()
    way_out: str = (
        "gen only adds files; look at the difference with --diff, then choose another name or move "
        "the file away"
    )

    @property
    def writes(self) -> tuple[Write, ...]:
        """The steps that change something, in the order in which they are taken."""
        return tuple(step for step in self.steps if isinstance(step, Create | Replace | Remove))

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The steps that must not be taken."""
        return tuple(step for step in self.steps if isinstance(step, Conflict))


def compare(project: Project, drafts: Sequence[Draft]) -> tuple[Step, ...]:
    """One step per draft, by what is in its place now."""
    return tuple(_step(project, draft) for draft in drafts)


def present_text(project: Project, path: PurePosixPath) -> str | None:
    """What a file says, with LF as its line ends; None when it is missing.

    Raises OSError for what is no text: a link, a folder, bytes that are not UTF-8.
    """
    place = project.at(path)
    if place.is_symlink():
        raise IsADirectoryError(21, "it is a symbolic link", str(path))
    try:
        # Reading as text makes CRLF, as git may check out, the same as LF; and Python takes the mark
        # that editors of Windows put first.
        return place.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, "it is not UTF-8 text", str(path)) from error


def text_of(content: bytes) -> str:
    """The same of bytes that were read; empty when they are no text."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return ""


def fingerprint_of(text: str) -> str:
    """What tells a text from any other, stable across machines."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _step(project: Project, draft: Draft) -> Step:
    try:
        present = present_text(project, draft.path)
    except OSError:
        return Conflict(draft, present="")
    if present is None:
        return Create(draft)
    return Same(draft) if present == draft.text else Conflict(draft, present)
