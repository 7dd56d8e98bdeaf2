"""Whether messages that are queued already still fit a model after it was edited, from source alone."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model: its type as written, whether it may be missing, and where it stands."""

    annotation: str
    has_default: bool
    line: int


def fields_of(source: str, model: str) -> dict[str, Field] | None:
    """The fields of a model by name; None when the source does not parse or has no such class."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == model:
            return {
                each.target.id: Field(
                    ast.unparse(each.annotation), _has_default(each.value), each.lineno
                )
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            }
    return None


def breaks(before: dict[str, Field], after: dict[str, Field]) -> Iterator[tuple[int, str]]:
    """What a queued message of the earlier form would be refused for: line and reason."""
    for name, field in after.items():
        if name not in before:
            if not field.has_default:
                yield (
                    field.line,
                    f"the new field {name!r} has no default, and queued messages lack it",
                )
        elif before[name].annotation != field.annotation:
            was = before[name].annotation
            problem = (
                f"{name!r} was {was} and is {field.annotation} now: queued messages may not fit"
            )
            yield field.line, problem
        elif before[name].has_default and not field.has_default:
            yield field.line, f"{name!r} has lost its default, and queued messages may lack it"
    for name in before:
        if name not in after:
            yield 0, f"the field {name!r} is gone, and queued messages that have it are refused"


def _has_default(value: ast.expr | None) -> bool:
    if value is None:
        return False
    if not (isinstance(value, ast.Call) and getattr(value.func, "id", "") == "Field"):
        return True
    named = {keyword.arg for keyword in value.keywords}
    first = value.args[0] if value.args else None
    given = first is not None and not (isinstance(first, ast.Constant) and first.value is ...)
    return given or bool(named & {"default", "default_factory"})
