"""Whether what gen has made is where it was, and of this release."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from .. import render
from ..ejected import Ejected
from ..finding import Finding
from ..item import ITEM_KINDS, Item, items
from ..plan import fingerprint_of, present_text
from ..project import Project
from ..render import own_templates, recipe_fingerprint
from ..state import State, states

_SEARCHED: Final = ("src", "tests")


def judge_made(project: Project) -> Iterator[Finding]:
    """Items whose files have gone or moved, items of other templates, own templates left behind."""
    for item in items(project):
        yield from _drift(project, item)
        yield from _other_release(project, item)
    for kind in ITEM_KINDS:
        yield from _left_behind(project, kind)


def _drift(project: Project, item: Item) -> Iterator[Finding]:
    for path, state in states(project, item).items():
        if state is not State.MISSING:
            continue
        moved = _elsewhere(project, path, item.files[path])
        if moved is None:
            yield Finding(
                str(path),
                f"gen made it for {item.title}, and it is gone",
                f"bring it back (git checkout), or forget the item: gen destroy {item.title}",
            )
        else:
            yield Finding(
                str(path),
                f"gen made it for {item.title}, and it seems to be {moved} now",
                "move it back, or gen rename the item: gen finds its files by their names",
            )


def _elsewhere(project: Project, path: PurePosixPath, mark: str) -> PurePosixPath | None:
    """A file of the same name elsewhere, or of the same text; None when there is none."""
    for folder in _SEARCHED:
        for found in sorted((project.root / folder).rglob("*.py")):
            place = PurePosixPath(found.relative_to(project.root).as_posix())
            if place != path and (found.name == path.name or _says(project, place, mark)):
                return place
    return None


def _says(project: Project, path: PurePosixPath, mark: str) -> bool:
    try:
        text = present_text(project, path)
    except OSError:
        return False
    return text is not None and fingerprint_of(text) == mark


def _other_release(project: Project, item: Item) -> Iterator[Finding]:
    with own_templates(project.root / project.templates):
        today = recipe_fingerprint(item.kind)
    if item.recipe != today:
        yield Finding(
            f".gen/items/{item.kind}-{item.name}.toml",
            f"{item.title} was made by other templates than those of today",
            f"gen upgrade {item.title} --dry-run --diff shows what would change",
        )


def _left_behind(project: Project, kind: str) -> Iterator[Finding]:
    ejected = Ejected.read(project, kind)
    for path in ejected.changed(project) if ejected else ():
        yield Finding(
            str(path),
            f"the built-in template that it came from says something else now, or is gone: diff -u {path} "
            f"{render.TEMPLATES / kind / path.name}",
            f"gen eject {kind} brings it up where you have not edited it; else take over what you "
            f"want, then gen eject {kind} --accept",
        )
