"""`gen upgrade [KIND NAME]`: brings items to the form that this release gives them, edits included."""

import subprocess
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from ..arguments import parse_item
from ..errors import Drifted
from ..item import Item, base_path, find_item, items
from ..plan import Conflict, Create, Draft, Plan, Remove, Replace, Same, Step, present_text
from ..project import Project
from ..recipes import recipe_for
from ..recipes.making import make
from ..state import State, state_of
from .command import Command, Said, add_kind

MERGE_SECONDS: Final = 30


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
        made = make(recipe_for(item.kind), project, parse_item(item))
        notices += made.notices
        merged = [_merged(project, item, draft) for draft in made.files]
        # The notes go with their files: with one in conflict, the old bases are still needed.
        steps += merged
        if not any(isinstance(step, Conflict) for step in merged):
            steps += [_rewritten(project, draft) for draft in made.notes]
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


def _title(given: Namespace, chosen: list[Item]) -> str:
    return chosen[0].title if given.name else f"of {len(chosen)} items"


def _merged(project: Project, item: Item, draft: Draft) -> Step:
    present = present_text(project, draft.path)
    if present is None:
        return Create(draft)
    if present == draft.text:
        return Same(draft)
    base = present_text(project, base_path(project, item.kind, item.name, draft.path))
    if base is None:
        raise Drifted(
            f"what gen once wrote to {draft.path} is not in {project.bases}, so edits cannot be told",
            "bring it back (git checkout), or adopt the file anew",
        )
    if base == draft.text:
        return Same(draft)
    text, clean = _merge(present, base, draft.text)
    step = Draft(draft.path, text, note="" if present == base else "with your edits")
    return Replace(step, present) if clean else Conflict(step, present)


def _merge(mine: str, base: str, theirs: str) -> tuple[str, bool]:
    """The result of git's own merge, and whether nothing was left to decide."""
    with tempfile.TemporaryDirectory(prefix="gen-merge-") as folder:
        paths = [Path(folder, name) for name in ("yours", "as-it-was-made", "as-made-today")]
        for path, text in zip(paths, (mine, base, theirs), strict=True):
            path.write_text(text, encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - a fixed command on files of our own
            ["git", "merge-file", "-p", *(path.name for path in paths)],  # noqa: S607 - git's own place
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=MERGE_SECONDS,
            check=False,
        )
    return done.stdout, done.returncode == 0


def _rewritten(project: Project, draft: Draft) -> Step:
    present = present_text(project, draft.path)
    if present is None:
        return Create(draft)
    return Same(draft) if present == draft.text else Replace(draft, present)


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
