"""The note that gen leaves about each item it made: one small file each, so branches merge."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from .plan import Draft
from .project import Project
from .render import recipe_fingerprint

SCHEMA: Final = 1


def item_draft(
    project: Project,
    kind: str,
    name: str,
    *,
    specs: Mapping[str, Sequence[str]],
    options: Mapping[str, str | bool | None],
    files: Sequence[Draft],
) -> Draft:
    """What was asked for and what came of it, for the commands that come later."""
    lines = [
        "# Written by gen. Commit it: it says what was asked for and what was written.",
        f"schema = {SCHEMA}",
        f"kind = {_toml(kind)}",
        f"name = {_toml(name)}",
        f"recipe = {_toml(recipe_fingerprint(kind))}",
    ]
    for key, words in specs.items():
        lines += [f"{key} = [", *(f"  {_toml(word)}," for word in words), "]"] if words else []
    chosen = {key: value for key, value in options.items() if value}
    lines += ["", "[options]", *(f"{key} = {_toml(value)}" for key, value in chosen.items())]
    lines += ["", "[files]"]
    lines += [f"{_toml(str(file.path))} = {_toml(file.fingerprint)}" for file in files]
    return Draft(project.items / f"{kind}-{name}.toml", "\n".join(lines) + "\n")


def _toml(value: str | bool) -> str:
    # JSON and TOML write booleans and plain ASCII text alike, and all that gen accepts is that.
    return json.dumps(value)
