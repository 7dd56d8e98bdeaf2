"""Whether the files of an item are still as gen wrote them."""

from enum import StrEnum
from pathlib import PurePosixPath

from .item import Item
from .plan import fingerprint_of, present_text
from .project import Project


class State(StrEnum):
    """Of one file."""

    UNEDITED = "unedited"
    EDITED = "edited"
    MISSING = "missing"


def state_of(project: Project, path: PurePosixPath, fingerprint: str) -> State:
    """Compare a file with the fingerprint that gen has noted."""
    try:
        present = present_text(project, path)
    except OSError:
        return State.EDITED
    if present is None:
        return State.MISSING
    return State.UNEDITED if fingerprint_of(present) == fingerprint else State.EDITED


def states(project: Project, item: Item) -> dict[PurePosixPath, State]:
    """Each file of an item."""
    return {path: state_of(project, path, mark) for path, mark in item.files.items()}
