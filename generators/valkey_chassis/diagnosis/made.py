"""Whether what gen has made is where it was, and of this release."""

from collections.abc import Iterator

from .. import render
from ..ejected import Ejected
from ..finding import Finding
from ..in_place import gone
from ..item import ITEM_KINDS, Item, readable_items
from ..project import Project
from ..render import own_templates, recipe_fingerprint
from ..state import State, states


def judge_made(project: Project) -> Iterator[Finding]:
    """Items whose files have gone or moved, items of other templates, own templates left behind."""
    noted, damaged = readable_items(project)
    for note, refusal in damaged.items():
        yield Finding.of(note, refusal)
    for item in noted:
        yield from _drift(project, item)
        yield from _other_release(project, item)
    for kind in ITEM_KINDS:
        yield from _left_behind(project, kind)


def _drift(project: Project, item: Item) -> Iterator[Finding]:
    for path, state in states(project, item).items():
        if state is State.MISSING:
            yield gone(project, item, path)


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
