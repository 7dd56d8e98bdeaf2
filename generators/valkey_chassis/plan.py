"""What gen would do, as values: compared with what is there, before anything is written."""

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
        return f"sha256:{sha256(self.text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Create:
    """A file that is not there yet."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Same:
    """A file that is there and already says exactly this."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that is there and says something else; ``present`` is empty when it is no text."""

    draft: Draft
    present: str


Step: TypeAlias = Create | Same | Conflict


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of one command, what is worth saying about them, and the commands to go on with."""

    title: str
    steps: tuple[Step, ...]
    notices: tuple[str, ...] = ()
    next_commands: tuple[str, ...] = ()

    @property
    def creates(self) -> tuple[Create, ...]:
        """The steps that write."""
        return tuple(step for step in self.steps if isinstance(step, Create))

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The steps that must not be taken."""
        return tuple(step for step in self.steps if isinstance(step, Conflict))


def compare(project: Project, drafts: Sequence[Draft]) -> tuple[Step, ...]:
    """One step per draft, by what is in its place now."""
    return tuple(_step(project, draft) for draft in drafts)


def _step(project: Project, draft: Draft) -> Step:
    place = project.at(draft.path)
    if place.is_symlink() or (place.exists() and not place.is_file()):
        return Conflict(draft, present="")
    try:
        # Reading as text makes CRLF, as git may check out, the same as LF.
        present = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Create(draft)
    except UnicodeDecodeError:
        return Conflict(draft, present="")
    return Same(draft) if present == draft.text else Conflict(draft, present)
