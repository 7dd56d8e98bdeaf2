"""`gen destroy KIND NAME`: removes what gen made, unless somebody has worked on it."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from ..errors import Drifted
from ..item import Item, find_item
from ..item_paths import item_path
from ..plan import Conflict, Draft, Plan, Remove, Step, present_text
from ..project import Project
from ..references import files_that_mention, items_made_for, lines_that_mention, shown
from ..state import State, state_of
from .command import Command, add_item


def act(project: Project, given: Namespace) -> Plan:
    """The module goes first, so that discovery never sees half of it; the note goes last."""
    item = find_item(project, given.kind, given.name)
    steps = [
        step
        for path, mark in item.files.items()
        if (step := _removal(project, path, mark, force=given.force)) is not None
    ]
    bases = project.root / project.bases / f"{item.kind}-{item.name}"
    notes = [PurePosixPath(path.relative_to(project.root)) for path in sorted(bases.glob("*.base"))]
    notes.append(item_path(project, item.kind, item.name))
    kept = [
        Remove(Draft(path, _text(project, path)))
        for path in notes
        if (project.root / path).is_file()
    ]
    return Plan(
        title=f"destroy {item.title}",
        steps=(*steps, *kept),
        notices=(*_references(project, item), *_what_waits(item)),
        next_commands=(
            ("git status",)
            if item.adopted
            else (f"uv run gen {' '.join(item.words[:2])} ...   # would make it anew",)
        ),
        way_out="it was edited since gen made it; look with --diff, keep what you need, then --force",
    )


def _removal(project: Project, path: PurePosixPath, mark: str, *, force: bool) -> Step | None:
    if (project.root / path).is_symlink():
        raise Drifted(
            f"{path} is a symbolic link, and gen made a file",
            "remove the link, then run this again",
        )
    state = state_of(project, path, mark)
    if state is State.MISSING:
        return None
    text = _text(project, path)
    if state is State.EDITED and not force:
        return Conflict(Draft(path, "", note="edited"), present=text)
    return Remove(Draft(path, text))


def _text(project: Project, path: PurePosixPath) -> str:
    try:
        return present_text(project, path) or ""
    except OSError:
        return ""


def _references(project: Project, item: Item) -> Iterator[str]:
    """Other files that speak of it, which would not work without it."""
    names = {item.name}
    if item.kind == "poller":
        names |= {path.stem for path in item.files if path.parts[0] == "src"}
    word = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")
    found = [
        place
        for path, text in files_that_mention(project, word, item.files)
        for place in lines_that_mention(path, text, word)
    ]
    if found:
        yield f"{item.name} is named in {shown(found)}"
    for other in items_made_for(project, item):
        yield f"{other.title} does not work without it, and no process starts: gen destroy {other.title}"


def _what_waits(item: Item) -> Iterator[str]:
    if item.kind == "task":
        yield (
            "executions of it that still wait, or come from older versions, end as dead after "
            "WORKER_UNKNOWN_TASK_PATIENCE; let them drain first"
        )


def _arguments(parser: ArgumentParser) -> None:
    add_item(parser)
    parser.add_argument("--force", action="store_true", help="remove edited files too")


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
