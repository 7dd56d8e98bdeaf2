"""`gen upgrade [KIND NAME]`: brings items to the form that this release gives them, edits included."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from ..arguments import parse_item
from ..errors import Drifted, UsageRefused
from ..item import Item, find_item, items
from ..item_paths import base_path
from ..merging import merged, rewritten
from ..plan import Conflict, Draft, Plan, Remove, Same, Step, present_text
from ..project import Project
from ..recipes import recipe_for
from ..recipes.making import Made, make
from ..state import State, state_of
from .command import Command, Said, add_kind


def act(project: Project, given: Namespace) -> Plan | Said:
    """A three-way merge per file: as it was written, as it is now, as it would be written today."""
    chosen = (
        [find_item(project, given.kind, given.name)]
        if given.name
        else items(project, given.kind or "")
    )
    steps: list[Step] = []
    notices: tuple[str, ...] = ()
    for item in chosen:
        if item.adopted:
            notices += (f"{item.title} was written by hand and adopted: it stays as it is",)
            continue
        made = _made_today(project, item)
        notices += made.notices
        files = [merged(project, item, draft) for draft in made.files]
        # The notes go with their files: with one in conflict, the old bases are still needed.
        steps += files
        if not any(isinstance(step, Conflict) for step in files):
            steps += [rewritten(project, draft) for draft in made.notes]
            left = _left_over(project, item, made.files)
            steps += left
            notices += tuple(_kept(item, made.files, left))
    return Plan(
        title=f"upgrade {_title(given, chosen)}",
        steps=tuple(step for step in steps if not isinstance(step, Same)),
        notices=tuple(dict.fromkeys(notices)),
        next_commands=("uv run pytest tests/tasks",),
        way_out=(
            "your edits and the new form change the same lines; look with --diff, bring one of them "
            "over by hand, then run it again for the others by name"
        ),
    )


def _made_today(project: Project, item: Item) -> Made:
    try:
        return make(recipe_for(item.kind), project, parse_item(item))
    except UsageRefused as refusal:
        # It was accepted once: what it speaks of is not there any more.
        raise Drifted(
            f"{item.title} cannot be made any more: {refusal.problem}",
            refusal.way_out,
            argument=refusal.argument,
            column=refusal.column,
        ) from refusal


def _title(given: Namespace, chosen: list[Item]) -> str:
    return chosen[0].title if given.name else f"of {len(chosen)} items"


def _left_over(project: Project, item: Item, files: Sequence[Draft]) -> list[Step]:
    """Files that the new form does not have, unless they were edited; and their bases."""
    gone = _gone(item, files)
    unedited = [
        path for path in gone if state_of(project, path, item.files[path]) is State.UNEDITED
    ]
    bases = [base_path(project, item.kind, item.name, path) for path in gone]
    return [
        Remove(Draft(path, text))
        for path in (*unedited, *bases)
        if (text := present_text(project, path)) is not None
    ]


def _kept(item: Item, files: Sequence[Draft], left: Sequence[Step]) -> Iterator[str]:
    removed = {step.draft.path for step in left}
    for path in _gone(item, files):
        if path not in removed:
            yield f"{path} is yours now: today's {item.title} has no such file, and you have edited it"


def _gone(item: Item, files: Sequence[Draft]) -> list[PurePosixPath]:
    made = {draft.path for draft in files}
    return [path for path in item.files if path not in made]


def _arguments(parser: ArgumentParser) -> None:
    add_kind(parser)
    parser.add_argument("name", nargs="?", metavar="NAME", help="one item alone")


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
