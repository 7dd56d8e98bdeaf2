"""Reads a model that was written by hand as the field specs that would make the same, if there are any."""

import ast
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from ..errors import Refusal
from ..fields import parse_field
from ..fields.kinds import SCALARS
from ..wire_limits import computed
from ..wire_types import members_of

_MODIFIERS: Final = {
    "min_length": "min",
    "max_length": "max",
    "max_digits": "digits",
    "decimal_places": "places",
} | {name: name for name in ("gt", "ge", "lt", "le", "pattern", "default")}
# Two kinds of one annotation: the first in the table is the plain one.
_KINDS: Final = {kind.annotation: kind.name for kind in reversed(SCALARS.values())}
_CONTAINERS: Final = {"list": "list.", "set": "set."}


def specs_of(source: str, model: str) -> list[str] | None:
    """One spec per field; None when some field, or the model, is more than a spec can say."""
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and node.name == model
    ]
    if len(found) != 1:
        return None
    specs = []
    for node in found[0].body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        spec = _spec(node) if isinstance(node, ast.AnnAssign) else None
        if spec is None:
            return None
        specs.append(spec)
    return specs


def _spec(node: ast.AnnAssign) -> str | None:
    kind = _kind(node.annotation)
    if kind is None or not isinstance(node.target, ast.Name):
        return None
    settings = _settings(node.value)
    try:
        words = [node.target.id, kind, *_modifiers(node, settings)]
        field = parse_field(":".join(words))
    except (Refusal, ValueError):
        return None
    # Whatever was read, it must make the very same field.
    again = ast.parse(f"{field.name}: {field.annotation}{field.assignment}").body[0]
    is_same = (
        isinstance(again, ast.AnnAssign)
        and ast.dump(again.annotation) == ast.dump(node.annotation)
        and _settings(again.value) == settings
    )
    return field.spec if is_same else None


def _kind(annotation: ast.expr) -> str | None:
    members = [each for each in members_of(annotation) if ast.unparse(each) != "None"]
    if len(members) != 1:
        return None
    match members[0]:
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            values = choices.elts if isinstance(choices, ast.Tuple) else [choices]
            texts = [each.value for each in values if isinstance(each, ast.Constant)]
            return f"enum:{'/'.join(map(str, texts))}"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, item])):
            inner = _kind(item) if ast.unparse(key) == "str" else None
            return inner and f"map.{inner}"
        case ast.Subscript(value=ast.Name(id=name), slice=item) if name in _CONTAINERS:
            inner = _kind(item)
            return inner and f"{_CONTAINERS[name]}{inner}"
        case other:
            return _KINDS.get(ast.unparse(other))


def _modifiers(node: ast.AnnAssign, settings: Mapping[str, Any]) -> Iterator[str]:
    """Raises ValueError for what no modifier says."""
    is_optional = len(members_of(node.annotation)) > 1
    if is_optional:
        yield "optional"
    for name, value in settings.items():
        if name == "default" and value is None and is_optional:
            continue
        if name == "default_factory":
            yield "default=empty"
        elif name == "repr" and value is False:
            yield "redact"
        elif name in _MODIFIERS:
            yield f"{_MODIFIERS[name]}={_text(value)}"
        else:
            raise ValueError(name)


def _settings(value: ast.expr | None) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "Field" and not value.args:
        return {each.arg or "**": computed(each.value) for each in value.keywords}
    return {"default": computed(value)}


def _text(value: Any) -> str:
    for types, write in _WRITTEN:
        if isinstance(value, types):
            return write(value).replace(":", "\\:")
    raise ValueError(value)


_WRITTEN: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (bool, lambda value: str(value).lower()),
    (str, str),
    (int, str),
    (float, repr),
    (Decimal, str),
    (dt.date, lambda value: str(value.isoformat())),
    (dt.timedelta, lambda value: f"{value.total_seconds():g}s"),
)
