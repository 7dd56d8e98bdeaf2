"""The models of other modules that an item's messages hold, kept as they were when it was made."""

import ast
import re
from collections.abc import Sequence
from typing import Final

from .item import messages_in
from .item_paths import models_path
from .models import Sources, referred_by
from .plan import Draft, present_text
from .project import Project
from .wire_types import Definitions, defined_names, definitions_in

_HEADING: Final = "# Written by gen. What messages hold of other modules, as it was: gen check compares with it.\n"


def kept_models(project: Project, kind: str, name: str) -> dict[str, ast.stmt]:
    """Their definitions, by the names that the item's module has for them; none where none are kept."""
    text = present_text(project, models_path(project, kind, name))
    try:
        return definitions_in(ast.parse(text or ""))
    except (SyntaxError, ValueError):
        return {}


def models_drafts(
    project: Project, kind: str, name: str, files: Sequence[Draft], *, anew: bool = False
) -> list[Draft]:
    """What to keep for an item of these files, if there is anything.

    What is kept already stays as it is, since messages of that form may be queued; ``anew`` says
    that there are none.
    """
    path = models_path(project, kind, name)
    messages = messages_in(kind, [draft.path for draft in files])
    text = next((draft.text for draft in files if draft.path == messages), "")
    # Nearly all modules refer to none, and need not be read again.
    if messages is None or not _refers(project, text):
        found: Definitions = {}
    else:
        sources = Sources(project.root / project.tasks.parent)
        now = referred_by(project, sources, messages, text)
        before = {} if anew else kept_models(project, kind, name)
        used = {*now.definitions, *now.unknown} & before.keys()
        still = {each for name in used for each in (name, *defined_names(before[name], before))}
        found = {**now.definitions, **{each: before[each] for each in still}}
    present = present_text(project, path)
    if present is None and not found:
        return []
    if present is not None and _said(found) == _said(kept_models(project, kind, name)):
        # Another Python may write the same in other words.
        return [Draft(path, present)]
    body = [ast.unparse(found[each]) for each in sorted(found)]
    return [Draft(path, "\n\n".join([_HEADING, *body]) + "\n")]


def _said(definitions: Definitions) -> dict[str, str]:
    return {name: ast.dump(node) for name, node in definitions.items()}


def _refers(project: Project, text: str) -> bool:
    """Whether a module imports from another of the service, but for the chassis."""
    own = rf"^from (?:\.+|{project.package}\.?)([\w.]*) import"
    rooms = (module.partition(".")[0] for module in re.findall(own, text, re.MULTILINE))
    return any(room != "chassis" for room in rooms)
