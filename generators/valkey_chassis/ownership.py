"""Whose a file is, as `.gen/ownership.toml` lists it."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Self

from .project import Project

OWNERSHIP: Final = PurePosixPath(".gen", "ownership.toml")
# What the patterns there are made of: gitignore's, all of them from the root.
_PARTS: Final = re.compile(r"\*\*|\*|[^*]+")
_MEANING: Final = {"**": ".*", "*": "[^/]*"}


@dataclass(frozen=True, slots=True)
class Owned:
    """The files that patterns describe, by their paths."""

    patterns: Sequence[str]

    @classmethod
    def of(cls, project: Project, owner: str = "owned") -> Self:
        """Those of one class. Raises OSError and ValueError when the list cannot be read."""
        noted = tomllib.loads((project.root / OWNERSHIP).read_text(encoding="utf-8"))
        return cls(noted.get(owner, ()))

    def __contains__(self, path: object) -> bool:
        """The last pattern that matches decides."""
        path, found = str(path), False
        for pattern in self.patterns:
            if _matches(pattern.removeprefix("!"), path):
                found = not pattern.startswith("!")
        return found


def _matches(pattern: str, path: str) -> bool:
    parts = _PARTS.findall(pattern.removeprefix("/"))
    form = "".join(_MEANING.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(form, path) is not None
