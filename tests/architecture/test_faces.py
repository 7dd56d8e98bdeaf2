"""A package's `__init__` shows its public names, and nothing else happens there."""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from snapshot import ROOT
from tree import package_of

CHASSIS = ROOT / "template" / "src" / "{{package}}" / "chassis"
FACES = sorted(CHASSIS.rglob("__init__.py"))


def is_declaration(node: ast.stmt) -> bool:
    """Docstring, import of a name, or `__all__`."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return [ast.unparse(target) for target in node.targets] == ["__all__"]
    return isinstance(node, ast.ImportFrom) and node.level > 0


@pytest.mark.parametrize("face", FACES, ids=lambda path: path.parent.name)
def test_a_face_only_shows_names(face: Path) -> None:
    tree = ast.parse(face.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree)
    assert [ast.unparse(node) for node in tree.body if not is_declaration(node)] == []


@pytest.mark.parametrize("face", FACES, ids=lambda path: path.parent.name)
def test_a_face_lists_exactly_what_it_imports(face: Path) -> None:
    tree = ast.parse(face.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    listed = [
        name
        for node in tree.body
        if isinstance(node, ast.Assign)
        for name in ast.literal_eval(node.value)
    ]

    # Their order is the linter's (RUF022).
    assert sorted(listed) == sorted(imported)


def test_importing_the_face_loads_neither_celery_nor_fastapi(
    rendered: Callable[[str], Path],
) -> None:
    package = package_of(rendered("default"))
    program = f"""
import sys, {package.name}.chassis as face
print(sorted({{"celery", "kombu", "fastapi", "starlette"}} & set(sys.modules)))
print([name for name in face.__all__ if not hasattr(face, name)])
"""

    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=package.parent,
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.stdout.split("\n")[:2] == ["[]", "[]"], done.stderr
