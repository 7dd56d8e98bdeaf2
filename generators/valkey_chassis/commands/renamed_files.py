"""The files and notes of a task under its new name, edits included."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ..arguments import parse_item
from ..errors import Drifted, Taken
from ..formatting import formatted
from ..item import Item, note_drafts
from ..item_paths import accepted_path, base_path, item_path, models_path
from ..merging import merge_for_yours, rewritten
from ..plan import Create, Draft, Remove, Replace, Same, Step, present_text
from ..project import Project
from ..recipes import recipe_for
from ..recipes.making import Made, make
from ..renaming import Renaming, with_former_names


@dataclass(frozen=True, slots=True)
class Moved:
    """A task under its new name: what it is noted as, and the names that it answers to besides."""

    item: Item
    renaming: Renaming
    formerly: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.renaming.new


def files_of(project: Project, moved: Moved) -> tuple[list[Step], tuple[str, ...]]:
    """The steps for its own files and notes, and what hindered the formatter."""
    item, made = moved.item, _made(project, moved)
    today = {draft.path: draft for draft in made.files} if made else {}
    steps: list[Step] = []
    bases: list[Draft] = []
    for path in item.files:
        mine, base = _renamed(project, moved, path)
        bases.append(today.pop(base.path, base))
        if mine is not None:
            # The name is in all of them already; what is left are words such as `post invoice`.
            text = merge_for_yours(mine.text, base.text, bases[-1].text)
            steps += _placed(project, path, replace(mine, text=text))
    # Where the team has such a file of its own, that one stays.
    new = [Create(draft) for draft in today.values() if not (project.root / draft.path).exists()]
    notes = made.notes if made else _notes_by_hand(project, moved, bases)
    return [*_notes(project, moved, notes), *new, *steps], made.notices if made else ()


def _made(project: Project, moved: Moved) -> Made | None:
    """As it would be made under that name; None for what was written by hand."""
    item = moved.item
    if item.adopted:
        return None
    asked, recipe = parse_item(item), recipe_for(item.kind)
    asked.name, asked.formerly = moved.name, ",".join(moved.formerly) or None
    if asked.credits and not asked.credit_type and moved.name != item.name:
        # Accounts are under that name.
        asked.credit_type = item.name
    # A name that it had is taken by itself alone.
    if moved.name not in str(item.options.get("formerly", "")).split(","):
        recipe.check(project, asked)
    return make(recipe, project, asked)


def _renamed(project: Project, moved: Moved, path: PurePosixPath) -> tuple[Draft | None, Draft]:
    """A file as it is, and as it was made, both under the new name."""
    item, target = moved.item, moved.renaming.path(path)
    present = present_text(project, path)
    base = present_text(project, base_path(project, item.kind, item.name, path))
    if base is None:
        raise Drifted(
            f"what gen once wrote to {path} is gone",
            "bring it back (git checkout), then run this again",
        )
    drafts = [
        Draft(target, _in_words_of(moved, path, text))
        for text in (base, present)
        if text is not None
    ]
    written, _ = formatted(project, drafts)
    return (written[1] if present is not None else None), written[0]


def _in_words_of(moved: Moved, path: PurePosixPath, text: str) -> str:
    renamed = moved.renaming.text(text, is_python=path.suffix == ".py")
    is_module = path == moved.item.module
    return with_former_names(renamed, moved.name, moved.formerly) if is_module else renamed


def _placed(project: Project, path: PurePosixPath, draft: Draft) -> Iterator[Step]:
    present = present_text(project, path) or ""
    if draft.path == path:
        yield Replace(draft, present) if draft.text != present else Same(draft)
    elif (project.root / draft.path).exists():
        raise Taken(f"{draft.path} is there already", "choose another name, or move it away")
    else:
        yield Remove(Draft(path, present))
        yield Create(draft)


def _notes_by_hand(project: Project, moved: Moved, bases: Sequence[Draft]) -> list[Draft]:
    item = moved.item
    options = {**item.options, "formerly": ",".join(moved.formerly)}
    if options.get("credits"):
        # Accounts are under that name.
        options.setdefault("credit_type", item.name)
    return note_drafts(
        project,
        item.kind,
        moved.name,
        specs=item.specs,
        options=options,
        files=bases,
        adopted=True,
    )


def _notes(project: Project, moved: Moved, notes: Sequence[Draft]) -> Iterator[Step]:
    item = moved.item
    own = models_path(project, item.kind, moved.name)
    yield from (rewritten(project, draft) for draft in notes if draft.path != own)
    accepted = present_text(project, accepted_path(project, item.kind, item.name))
    if accepted is not None:
        text = _in_words_of(moved, item.module, accepted)
        path = accepted_path(project, item.kind, moved.name)
        yield rewritten(project, Draft(path, text))
    kept = present_text(project, models_path(project, item.kind, item.name))
    if kept is not None:
        # Of other modules, which a task's name does not change.
        yield rewritten(project, Draft(models_path(project, item.kind, moved.name), kept))
    if moved.name != item.name:
        yield from _old_notes(project, item)


def _old_notes(project: Project, item: Item) -> Iterator[Step]:
    folder = project.root / project.bases / f"{item.kind}-{item.name}"
    paths = [
        PurePosixPath(each.relative_to(project.root)) for each in sorted(folder.glob("*.base"))
    ]
    for path in (*paths, item_path(project, item.kind, item.name)):
        yield Remove(Draft(path, present_text(project, path) or ""))
