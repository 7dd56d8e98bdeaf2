"""Imports of the service's own modules that are not there, found without importing anything."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ..finding import Finding
from ..plan import present_text
from ..project import Project


def judge_imports(project: Project) -> Iterator[Finding]:
    """What would stop every process at its start; imports within functions or `try` are let be."""
    package = project.root / project.tasks.parent
    for place in sorted(package.rglob("*.py")):
        if package / "chassis" not in place.parents:
            yield from _of_module(project, project.path_of(place))


def _of_module(project: Project, path: PurePosixPath) -> Iterator[Finding]:
    try:
        body = ast.parse(present_text(project, path) or "").body
    except (OSError, SyntaxError, ValueError):
        # Said of the file itself.
        return
    for node in body:
        for target in _imported(project, path, node):
            if not _is_there(project.root / target):
                yield Finding(
                    f"{path}:{node.lineno}",
                    f"it imports {target}.py, which is not there, so no process of the service starts",
                    "bring that back (git checkout), or destroy what is made for it as well",
                )


def _imported(project: Project, path: PurePosixPath, node: ast.stmt) -> Iterator[PurePosixPath]:
    """The places of the service's modules that a statement imports."""
    names: list[str] = []
    if isinstance(node, ast.ImportFrom) and 0 < node.level <= len(path.parents):
        yield path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    elif isinstance(node, ast.Import):
        names = [each.name for each in node.names]
    for name in names:
        if name.split(".")[0] == project.package:
            yield PurePosixPath("src", *name.split("."))


def _is_there(place: Path) -> bool:
    return place.is_dir() or place.with_name(f"{place.name}.py").is_file()
