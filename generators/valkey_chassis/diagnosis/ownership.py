"""Whose a file is, as `.gen/ownership.toml` lists it."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from ..project import Project

OWNERSHIP: Final = PurePosixPath(".gen", "ownership.toml")
# What the patterns there are made of: gitignore's, all of them from the root.
_PARTS: Final = re.compile(r"\*\*|\*|[^*]+")
_MEANING: Final = {"**": ".*", "*": "[^/]*"}


class Owned:
    """The files of one class. Raises OSError and ValueError when the list cannot be read."""

    def __init__(self, project: Project, owner: str = "owned") -> None:
        noted = tomllib.loads((project.root / OWNERSHIP).read_text(encoding="utf-8"))
        self._patterns: Sequence[str] = noted.get(owner, ())

    def __contains__(self, path: str) -> bool:
        """The last pattern that matches decides."""
        found = False
        for pattern in self._patterns:
            if _matches(pattern.removeprefix("!"), path):
                found = not pattern.startswith("!")
        return found


def _matches(pattern: str, path: str) -> bool:
    parts = _PARTS.findall(pattern.removeprefix("/"))
    form = "".join(_MEANING.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(form, path) is not None
