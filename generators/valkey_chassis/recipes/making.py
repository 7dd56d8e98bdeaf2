"""From a recipe and a command line to the plan: formatted, with notes, compared with what is there."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..errors import Unproven
from ..formatting import formatted
from ..item import note_drafts
from ..item_paths import item_path
from ..kept_models import models_drafts
from ..plan import Conflict, Draft, Plan, Step, compare
from ..project import Project
from ..render import own_templates
from ..sources import expanded
from .placed import with_place_to_write
from .recipe import Recipe


@dataclass(frozen=True, slots=True)
class Made:
    """The files of an item, the notes on them, and what hindered the formatter."""

    title: str
    files: tuple[Draft, ...]
    notes: tuple[Draft, ...]
    notices: tuple[str, ...]


def plan(recipe: Recipe, project: Project, asked: Namespace) -> Plan:
    """The plan of ``gen KIND NAME ...``; nothing is written. Raises Refusal."""
    asked, drawn = expanded(project, asked)
    recipe.check(project, asked)
    made = make(recipe, project, asked)
    # The module comes last: discovery sees an item once all that belongs to it is there.
    steps = compare(project, [*made.notes, *reversed(made.files)])
    return Plan(
        title=made.title,
        steps=steps,
        notices=(*drawn, *made.notices, *recipe.notices(project, asked)),
        next_commands=(f"uv run pytest {made.files[1].path}",),
        **_way_out(steps, item_path(project, recipe.kind, asked.name), recipe.kind, asked.name),
    )


def _way_out(steps: Sequence[Step], note: PurePosixPath, kind: str, name: str) -> dict[str, str]:
    """Of who asks for an item once more, in other words."""
    if not any(isinstance(step, Conflict) and step.draft.path == note for step in steps):
        return {}
    field = f"gen field {name} adds a field, " if kind in {"task", "event", "poller"} else ""
    return {
        "way_out": f"gen has made {kind} {name} from other words: gen show {kind} {name}; {field}policies "
        "and texts are changed in the files; or choose another name"
    }


def make(recipe: Recipe, project: Project, asked: Namespace) -> Made:
    """What this release writes for that command line, whatever is there."""
    with own_templates(project.root / project.templates):
        texts = recipe.make(project, asked)
        written, notices = _formatted(project, recipe.kind, texts.files)
        files = tuple(with_place_to_write(draft) for draft in written)
        notes = [
            *models_drafts(project, recipe.kind, asked.name, files),
            *note_drafts(
                project,
                recipe.kind,
                asked.name,
                specs=texts.specs,
                options=texts.options,
                files=files,
            ),
        ]
    return Made(texts.title, files, tuple(notes), notices)


def _formatted(
    project: Project, kind: str, files: Sequence[Draft]
) -> tuple[list[Draft], tuple[str, ...]]:
    try:
        return formatted(project, files)
    except Unproven as unsound:
        own = project.templates / kind
        if not (project.root / own).is_dir():
            raise
        way_out = f"your own templates in {own} made it; gen eject {kind} --undo takes them back"
        raise Unproven(unsound.problem, way_out) from unsound
