"""Finds where the service speaks of an item, outside the item's own files."""

import re
from collections.abc import Collection, Container, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from .item import Item, items
from .ownership import Owned
from .project import Project

REFERENCES_MAXIMUM: Final = 5
_SEARCHED: Final = ("src", "tests")
# Where settings of a task are said.
_SET: Final = (".env", ".env.*", "*.env", "ops/**/*")
_LARGEST_BYTES: Final = 1_000_000


# Kinds whose items are made for one of another: which kind, and the option that names it.
_MADE_FOR: Final = {
    "endpoint": ("task", "task"),
    "listener": ("event", "on"),
    "poller": ("event", "event"),
}


def items_made_for(project: Project, item: Item) -> Iterator[Item]:
    """Items that do not work without this one."""
    own = {(item.kind, item.name)}
    if item.kind == "poller":
        # Its task and its event are in the rooms `tasks` and `events`.
        own |= {(path.parent.name[:-1], path.stem) for path in item.files if path.parts[0] == "src"}
    for other in items(project):
        kind, option = _MADE_FOR.get(other.kind, ("", ""))
        if (kind, other.options.get(option)) in own and other.title != item.title:
            yield other


def files_that_mention(
    project: Project, words: re.Pattern[str], own: Collection[PurePosixPath]
) -> Iterator[tuple[PurePosixPath, str]]:
    """Modules and tests of the team that mention one of the words, with their text."""
    template = _of_the_template(project)
    for folder in _SEARCHED:
        for place in sorted((project.root / folder).rglob("*.py")):
            path = PurePosixPath(place.relative_to(project.root))
            if path in own or str(path) in template:
                continue
            text = _text(place)
            if words.search(text):
                yield path, text


def settings_that_mention(project: Project, words: re.Pattern[str]) -> Iterator[str]:
    """Lines of settings that speak of it, as ``path:line``."""
    for place in sorted({each for pattern in _SET for each in project.root.glob(pattern)}):
        if place.is_file() and place.stat().st_size <= _LARGEST_BYTES:
            path = PurePosixPath(place.relative_to(project.root))
            yield from lines_that_mention(path, _text(place), words)


def lines_that_mention(path: PurePosixPath, text: str, words: re.Pattern[str]) -> Iterator[str]:
    """Each such line of a file, as ``path:line``."""
    for number, line in enumerate(text.splitlines(), start=1):
        if words.search(line):
            yield f"{path}:{number}"


def shown(found: Collection[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(found) - REFERENCES_MAXIMUM
    first = ", ".join(list(found)[:REFERENCES_MAXIMUM])
    return f"{first} and {more} more" if more > 0 else first


def _of_the_template(project: Project) -> Container[str]:
    """What updates replace: a word of the team's means something else there."""
    try:
        return Owned.of(project)
    except (OSError, ValueError):
        return Owned([f"/src/{project.package}/chassis/**", "/tests/chassis/**"])


def _text(place: Path) -> str:
    # Editors leave links to nowhere beside the file they have open.
    return place.read_text(encoding="utf-8", errors="replace") if place.is_file() else ""
