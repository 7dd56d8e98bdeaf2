"""The least that gen takes for a service, and a look at its whole tree."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from valkey_chassis.project import Project

PACKAGE = "demo_service"
RUFF_RULES = Path(__file__).parents[2] / "template" / "ruff.toml"


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    code: int
    out: str
    err: str


def make_bare_service(root: Path) -> Project:
    """A folder with the answers, the packages that imports are sorted by, and the lint rules."""
    for package in ("", "tasks", "chassis", "chassis/contracts", "chassis/testing"):
        folder = root / "src" / PACKAGE / package
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text('"""A package."""\n')
    (root / "tests" / "tasks").mkdir(parents=True)
    (root / "tests" / "tasks" / ".gitkeep").touch()
    (root / "docs").mkdir()
    (root / ".copier-answers.yml").write_text(
        f"# Written by Copier\n_commit: v1\ndescription: |\n  package: not_this\npackage: {PACKAGE}\n"
    )
    (root / "ruff.toml").write_text(RUFF_RULES.read_text())
    return Project.find(root)


def tree_of(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with content and time of change, and every folder."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        if path.is_file()
        else (b"folder", 0)
        for path in sorted(root.rglob("*"))
    }


def contents_of(root: Path) -> dict[str, bytes]:
    """The same without times."""
    return {path: content for path, (content, _) in tree_of(root).items()}


def text_of(service: Project, path: str) -> str:
    """What a file of the service says."""
    return (service.root / path).read_text(encoding="utf-8")


def edit(service: Project, old: str, new: str, path: str) -> None:
    """Put other words into a file, as somebody of the team would."""
    text = text_of(service, path)
    assert old in text
    (service.root / path).write_text(text.replace(old, new), encoding="utf-8")


def lint(root: Path) -> None:
    """What is there is clean for the formatter and the linter."""
    ruff = Path(sys.executable).with_name("ruff")
    for words in (["check"], ["format", "--check"]):
        subprocess.run([ruff, *words, "--no-cache", "src", "tests"], cwd=root, check=True)
