"""A rendered service as a table of paths and contents."""

import tomllib
from pathlib import Path
from typing import Any, cast

import pathspec
import yaml

IGNORED_FOLDERS = {".git", ".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache"}
OWNERSHIP_CLASSES = ("owned", "shared", "seed")


def files_of(root: Path) -> dict[str, bytes]:
    """Content of every file below `root` by relative path, without what tools leave behind."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not IGNORED_FOLDERS & set(path.relative_to(root).parts)
    }


def texts_of(root: Path) -> dict[str, str]:
    """As `files_of`, decoded; the template holds no binary files."""
    return {path: content.decode() for path, content in files_of(root).items()}


def package_of(root: Path) -> Path:
    """Folder of the service's package."""
    return root / "src" / cast("str", answers_of(root)["package"])


# The answers file holds whatever the questions allow.
def answers_of(root: Path) -> dict[str, Any]:
    """Return the stored answers of the service at `root`."""
    text = (root / ".copier-answers.yml").read_text(encoding="utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text))


class Ownership:
    """Whose each file of the service at `root` is, as `.gen/ownership.toml` says."""

    def __init__(self, root: Path) -> None:
        patterns = tomllib.loads((root / ".gen" / "ownership.toml").read_text(encoding="utf-8"))
        self.patterns: dict[str, list[str]] = patterns
        self._specs = {
            name: pathspec.GitIgnoreSpec.from_lines(lines) for name, lines in patterns.items()
        }

    def classes_of(self, path: str) -> list[str]:
        """Every class that claims `path`; there should be one."""
        return [name for name, spec in self._specs.items() if spec.match_file(path)]
