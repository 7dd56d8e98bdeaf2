"""`gen rename task OLD NEW`: another name for a task, under which what is queued still runs."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from ..errors import UsageRefused
from ..formatting import formatted
from ..in_place import check_modules
from ..item import ITEM_KINDS, Item, find_item, items, note_drafts
from ..item_paths import accepted_path, base_path
from ..merging import rewritten
from ..models import Sources
from ..names import check_task_name
from ..plan import Conflict, Draft, Plan, Same, Step, present_text
from ..project import Project
from ..references import files_that_mention, lines_that_mention, settings_that_mention, shown
from ..renaming import Renaming, variable_of
from .command import Command
from .renamed_files import Moved, files_of

RENAMED: Final = "task"
# Why items of the other kinds keep their names.
_BOUND: Final = {
    "event": "other services listen for its name; publish a new event beside it until they follow",
    "listener": "its name is how far it has read; make a new one, and destroy this one when it is idle",
    "poller": "what it knows is kept under its name; make a new one, which finds everything new",
    "endpoint": "its name is its address; make a new one beside it until callers follow",
}


def act(project: Project, given: Namespace) -> Plan:
    """Its files and notes under the new name; who speaks of it is renamed too, or told."""
    if given.kind != RENAMED:
        reason = _BOUND.get(given.kind, "make a new one, and destroy this one")
        raise UsageRefused(f"{given.kind} {given.old} cannot be renamed: {reason}")
    item = find_item(project, RENAMED, given.old)
    check_modules(project, item)
    moved = _moved(project, item, given)
    files, notices = files_of(project, moved)
    own = {*item.files, *(step.draft.path for step in files)}
    dependent = list(_dependents(project, moved, everywhere=given.everywhere))
    own |= {path for each, _ in dependent for path in each.files}
    changed = [step for _, steps in dependent for step in steps]
    others, told = _others(project, moved, own, given)
    tests = [str(moved.renaming.path(path)) for path in item.files if path.parts[0] == "tests"]
    drained = " --drained" if given.drained else ""
    what = f"to {moved.name}" if given.new else "without its former names"
    return Plan(
        title=f"{item.title} {what}",
        steps=tuple(step for step in (*files, *changed, *others) if not isinstance(step, Same)),
        notices=(*notices, *told, *_what_follows(moved)),
        next_commands=(" ".join(["uv run pytest", *tests]), "uv run gen check"),
        way_out=(
            f"they import {item.name}, and could not any more; this renames it there too:\n"
            f"  uv run gen rename task {item.name} {moved.name} --everywhere{drained}"
        ),
    )


def _moved(project: Project, item: Item, given: Namespace) -> Moved:
    former = tuple(filter(None, str(item.options.get("formerly", "")).split(",")))
    if given.new is None:
        if not given.drained:
            raise UsageRefused(
                "no new name is given",
                f"gen rename task {item.name} NEW; or --drained alone, to drop its former names",
            )
        return Moved(item, Renaming(item.name, item.name), ())
    check_task_name(given.new, project.package)
    if given.new == item.name:
        raise UsageRefused(f"{item.title} has that name", "give another one")
    kept = tuple(each for each in (*former, item.name) if each != given.new)
    renaming = Renaming(item.name, given.new, given.everywhere, item.module.stem)
    return Moved(item, renaming, () if given.drained else kept)


def _dependents(
    project: Project, moved: Moved, *, everywhere: bool
) -> Iterator[tuple[Item, list[Step]]]:
    """Items that were made for this task, or else name it: their files and notes, with every edit."""
    renaming = moved.renaming
    for item in items(project) if renaming.old != renaming.new else ():
        texts = (present_text(project, path) or "" for path in item.files)
        speaks = everywhere and any(map(renaming.mentions.search, texts))
        if item.name == moved.item.name and item.kind == RENAMED:
            continue
        if speaks or item.options.get("task") == renaming.old:
            yield item, list(_dependent(project, item, renaming))


def _dependent(project: Project, item: Item, renaming: Renaming) -> Iterator[Step]:
    bases = []
    for path in item.files:
        base = base_path(project, item.kind, item.name, path)
        mine, made = (_written(project, path, each, renaming) for each in (path, base))
        if mine is not None:
            yield rewritten(project, mine)
        bases += [each for each in (made or mine,) if each is not None]
    accepted = accepted_path(project, item.kind, item.name)
    form = _written(project, item.module, accepted, renaming)
    if form is not None:
        yield rewritten(project, Draft(accepted, form.text))
    told = {"task": renaming.new} if item.options.get("task") == renaming.old else {}
    for draft in note_drafts(
        project,
        item.kind,
        item.name,
        specs=item.specs,
        options={**item.options, **told},
        files=bases,
        adopted=item.adopted,
    ):
        yield rewritten(project, draft)


def _written(
    project: Project, path: PurePosixPath, place: PurePosixPath, renaming: Renaming
) -> Draft | None:
    """What lies in ``place``, renamed and formatted as the file ``path``."""
    text = present_text(project, place)
    if text is None:
        return None
    draft = Draft(path, renaming.text(text, is_python=path.suffix == ".py"))
    return formatted(project, [draft])[0][0]


def _others(
    project: Project, moved: Moved, own: set[PurePosixPath], given: Namespace
) -> tuple[list[Step], list[str]]:
    """What else speaks of it: renamed if that was asked for; told if not, and in the way if it imports it."""
    renaming = moved.renaming
    if renaming.old == renaming.new:
        return [], []
    found = list(files_that_mention(project, renaming.mentions, own))
    told: list[str] = []
    steps: list[Step] = []
    if given.everywhere:
        steps = [rewritten(project, draft) for draft, _ in _renamed(project, renaming, found)]
    elif found:
        sources = Sources(project.root / project.tasks.parent)
        broken = [each for each in found if _imports(project, sources, *each, moved.item.module)]
        steps = [
            Conflict(replace(draft, note=f"imports {renaming.old}"), text)
            for draft, text in _renamed(project, renaming, broken)
        ]
        places = [
            place
            for path, text in found
            for place in lines_that_mention(path, text, renaming.mentions)
        ]
        told.append(f"{renaming.old} is named in {shown(places)}: rename it there, or --everywhere")
    variable = variable_of(renaming.old)
    if settings := list(settings_that_mention(project, re.compile(variable))):
        told.append(
            f"{variable} is set in {shown(settings)}: it is {variable_of(renaming.new)} now"
        )
    return steps, told


def _renamed(
    project: Project, renaming: Renaming, found: Sequence[tuple[PurePosixPath, str]]
) -> Iterator[tuple[Draft, str]]:
    """Each file as it would be, formatted, and its text."""
    written, _ = formatted(project, [Draft(path, renaming.text(text)) for path, text in found])
    return zip(written, (text for _, text in found), strict=True)


def _imports(
    project: Project, sources: Sources, path: PurePosixPath, text: str, module: PurePosixPath
) -> bool:
    """Whether a file, a test perhaps, imports from that module of the service."""
    package = project.tasks.parent
    # What lies outside of the package can name its modules in full alone.
    place = path if path.is_relative_to(package) else package / "__init__.py"
    read = sources.module_of(project.root / place, text)
    dotted = ".".join(module.relative_to(package).with_suffix("").parts)
    return read is not None and dotted in sources.imports_of(read)


def _what_follows(moved: Moved) -> Iterator[str]:
    if moved.formerly:
        yield (
            f"what is queued as {' or '.join(moved.formerly)} still runs; when none is left: "
            f"gen rename task {moved.name} --drained"
        )
    else:
        yield "what is still queued under a former name ends as dead: let it drain first"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=ITEM_KINDS, metavar="KIND", help="task")
    parser.add_argument("old", metavar="OLD", help="the name that it has")
    parser.add_argument("new", nargs="?", metavar="NEW", help="the name that it gets")
    parser.add_argument(
        "--everywhere", action="store_true", help="in every module and test that names it"
    )
    parser.add_argument(
        "--drained",
        action="store_true",
        help="nothing is queued under a former name: it answers to NEW alone",
    )


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
