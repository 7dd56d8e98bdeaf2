"""Own copies of a recipe's templates, and what the built-in ones said when they were taken."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Self

from . import render
from .errors import NotesDamaged, TooOld
from .plan import Draft, fingerprint_of, present_text
from .project import Project
from .releases import SYNC

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Ejected:
    """One kind: each template with the fingerprint of its built-in parent, as noted."""

    kind: str
    parents: Mapping[str, str]

    @classmethod
    def read(cls, project: Project, kind: str) -> Self | None:
        """None where the kind has no own templates. Raises NotesDamaged."""
        path = note_path(project, kind)
        try:
            text = present_text(project, path)
            if text is None:
                return None
            noted = tomllib.loads(text)
            if noted["schema"] > SCHEMA:
                message = f"{path} was written by a newer gen (schema {noted['schema']})"
                raise TooOld(message, SYNC)
            return cls(kind, {str(name): str(mark) for name, mark in noted["parents"].items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotesDamaged(
                f"{path} cannot be read: {error!r}",
                f"bring it back (git checkout), or remove {project.templates / kind} as well",
            ) from error

    def changed(self, project: Project) -> list[PurePosixPath]:
        """Own templates whose built-in parent says something else now, or is gone."""
        today = {draft.path.name: draft.fingerprint for draft in built_in(project, self.kind)}
        return [
            own_path(project, self.kind, name)
            for name, mark in self.parents.items()
            if today.get(name) != mark
        ]


def note_of(project: Project, kind: str) -> Draft:
    """What is noted of a kind whose parents are those of this release."""
    lines = [
        "# Written by gen. The fingerprints of the built-in templates that the own ones came from.",
        f"schema = {SCHEMA}",
        "",
        "[parents]",
        *(
            f"{json.dumps(d.path.name)} = {json.dumps(d.fingerprint)}"
            for d in built_in(project, kind)
        ),
    ]
    return Draft(note_path(project, kind), "\n".join(lines) + "\n")


def built_in(project: Project, kind: str) -> list[Draft]:
    """The built-in templates of a kind, as own ones would lie in the service."""
    folder = render.TEMPLATES / kind
    return [
        Draft(own_path(project, kind, path.name), path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.jinja"))
    ]


def own_path(project: Project, kind: str, name: str) -> PurePosixPath:
    """Where an own template lies."""
    return project.templates / kind / name


def note_path(project: Project, kind: str) -> PurePosixPath:
    """Where the note on the own templates of a kind lies."""
    return project.templates / f"{kind}.toml"


def is_edited(project: Project, ejected: Ejected, name: str) -> bool:
    """Whether an own template is there and says something else than its parent did."""
    text = present_text(project, own_path(project, ejected.kind, name))
    return text is not None and fingerprint_of(text) != ejected.parents[name]
