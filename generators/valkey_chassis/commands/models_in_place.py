"""Finds models and bodies in the text of a module, and the lines that people paste there."""

import ast
from collections.abc import Iterable

from ..fields import FACE, FieldSpec
from ..render import import_block


def field_lines(fields: Iterable[FieldSpec], results: Iterable[FieldSpec] = ()) -> str:
    """The exact lines of the fields, and what they import; which are whose, where both get some."""
    fields, results = tuple(fields), tuple(results)
    lines = [*_lines(fields), *_lines(results)]
    if fields and results:
        lines.insert(len(fields), "    # Of its result:")
        lines.insert(0, "    # Of its input:")
    imports = {
        each for field in (*fields, *results) for each in field.model_imports if each.module != FACE
    }
    return "\n".join([*filter(None, [import_block(imports)]), *lines])


def _lines(fields: Iterable[FieldSpec]) -> list[str]:
    return [f"    {each.name}: {each.annotation}{each.assignment}" for each in fields]


def lacks_fields(source: str, fields: Iterable[FieldSpec]) -> bool:
    """Whether a module is no Python, or some field is in none of its classes."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return True
    present = {
        each.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }
    return any(field.name not in present for field in fields)


def with_edited_body(function: str, present: str, base: str, made: str) -> str:
    """``made``, with the body that the function has in ``present`` if that is not as in ``base``."""
    theirs, mine = _body(function, made), _body(function, present)
    if theirs is None or mine is None or mine == _body(function, base):
        return made
    return _without_idle_imports(made.replace(theirs, mine, 1))


def _without_idle_imports(source: str) -> str:
    """Without the names that only the body it came with has used."""
    tree = ast.parse(source)
    used = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    lines = source.splitlines(keepends=True)
    for node in reversed(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        kept = [each for each in node.names if (each.asname or each.name) in used]
        if len(kept) < len(node.names):
            node.names = kept
            lines[node.lineno - 1 : node.end_lineno] = [f"{ast.unparse(node)}\n"] if kept else []
    return "".join(lines)


def _body(function: str, source: str) -> str | None:
    """The lines of a function behind its signature."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            lines = source.splitlines(keepends=True)
            return "".join(lines[node.body[0].lineno - 1 : node.end_lineno])
    return None
