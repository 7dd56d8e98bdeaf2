"""Brings a file from the form it was made in to another, the team's edits included."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .errors import Drifted
from .in_place import gone, is_source
from .item import Item
from .item_paths import base_path
from .plan import Conflict, Create, Draft, Replace, Same, Step, present_text
from .project import Project

MERGE_SECONDS: Final = 30
YOURS: Final = "yours"
AS_MADE: Final = "as-it-was-made"
TODAY: Final = "as-made-today"


def merged(project: Project, item: Item, draft: Draft, *, keeps_both: bool = False) -> Step:
    """The step for one file of an item that would be written otherwise today.

    ``keeps_both`` says that it is no conflict where one side has done nothing but add. Raises Drifted
    when the text as it was made is not kept, and when a module was moved or removed.
    """
    present = present_text(project, draft.path)
    if present is None:
        if draft.path in item.files and is_source(draft.path):
            raise gone(project, item, draft.path).drifted
        return Create(draft)
    if present == draft.text:
        return Same(draft)
    if draft.path not in item.files:
        # New in today's form, and the team has such a file of its own: that one stays.
        return Same(draft)
    base = present_text(project, base_path(project, item.kind, item.name, draft.path))
    if base is None:
        raise Drifted(
            f"what gen once wrote to {draft.path} is not in {project.bases}, so edits cannot be told",
            "bring it back (git checkout), or adopt the file anew",
        )
    if base == draft.text:
        return Same(draft)
    text, is_clean = merge(present, base, draft.text, keeps_both=keeps_both)
    if is_clean and text == present:
        return Same(Draft(draft.path, text))
    step = Draft(draft.path, text, note="" if present == base else "with your edits")
    return Replace(step, present) if is_clean else Conflict(step, present)


def rewritten(project: Project, draft: Draft) -> Step:
    """The step for a file of gen's own."""
    present = present_text(project, draft.path)
    if present is None:
        return Create(draft)
    return Same(draft) if present == draft.text else Replace(draft, present)


def merge(mine: str, base: str, theirs: str, *, keeps_both: bool = False) -> tuple[str, bool]:
    """The result of git's own merge, and whether nothing was left to decide."""
    if mine == base:
        return theirs, True
    text, is_clean = _merge_file(mine, base, theirs)
    if is_clean or not keeps_both:
        return text, is_clean
    both = "".join(_both_kept(_merge_file(mine, base, theirs, "--diff3")[0]))
    return (text, False) if f"<<<<<<< {YOURS}" in both else (both, True)


def merge_for_yours(mine: str, base: str, theirs: str) -> str:
    """The same, where nothing of theirs is worth a question: yours wins."""
    return theirs if mine == base else _merge_file(mine, base, theirs, "--ours")[0]


def _merge_file(mine: str, base: str, theirs: str, *options: str) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory(prefix="gen-merge-") as folder:
        names = (YOURS, AS_MADE, TODAY)
        for name, text in zip(names, (mine, base, theirs), strict=True):
            Path(folder, name).write_text(text, encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - a fixed command on files of our own
            ["git", "merge-file", "-p", *options, *names],  # noqa: S607 - git's own place
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=MERGE_SECONDS,
            check=False,
        )
    return done.stdout, done.returncode == 0


def _both_kept(text: str) -> Iterator[str]:
    """The text without the conflicts in which one side did nothing but add."""
    while f"<<<<<<< {YOURS}\n" in text:
        before, _, text = text.partition(f"<<<<<<< {YOURS}\n")
        yours, _, text = text.partition(f"||||||| {AS_MADE}\n")
        base, _, text = text.partition("=======\n")
        today, _, text = text.partition(f">>>>>>> {TODAY}\n")
        yield before
        yield _resolved(yours, base, today)
    yield text


def _resolved(yours: str, base: str, today: str) -> str:
    # Both at the same place: yours first. Where each changed what was there, only people can tell.
    for kept, added in ((yours, today), (today, yours)):
        if added.startswith(base):
            return kept + added.removeprefix(base)
        if added.endswith(base):
            return added.removesuffix(base) + kept
    return f"<<<<<<< {YOURS}\n{yours}||||||| {AS_MADE}\n{base}=======\n{today}>>>>>>> {TODAY}\n"
