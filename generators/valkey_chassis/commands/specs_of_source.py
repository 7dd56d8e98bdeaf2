"""Reads a model that was written by hand as the field specs that would make the same, if there are any."""

import ast
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ..errors import Refusal
from ..fields import literals, parse_field
from ..fields.kinds import SCALARS
from ..models import ServiceModels
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
_BASES: Final = frozenset({"TaskArgs", "TaskResult"})
_OF_A_TEXT: Final = frozenset({"UUID", "HttpUrl"})


class _Made(NamedTuple):
    """A value that a class makes of a text."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Specs:
    """One spec for each field of a model that specs can say, and the source of what they cannot."""

    said: tuple[str, ...]
    unsaid: tuple[str, ...]

    @property
    def whole(self) -> tuple[str, ...] | None:
        """Every field, or None: half of a model would be another model."""
        return None if self.unsaid else self.said


def specs_of(
    source: str, model: str, models: ServiceModels | None = None, keys: Iterable[str] = ()
) -> Specs:
    """The specs of a model; of ``keys``, fields of its idempotency key, each is marked as one."""
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and node.name == model
    ]
    if len(found) != 1:
        return Specs((), (f"class {model or '?'}, of which the module has {len(found)}",))
    (node,) = found
    bases = [ast.unparse(each) for each in node.bases]
    unsaid = [] if {*bases} <= _BASES else [f"class {model}({', '.join(bases)})"]
    said = []
    for each in node.body:
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant):
            continue
        spec = _spec(each, models) if isinstance(each, ast.AnnAssign) else None
        if spec is None:
            unsaid.append(f"{model}: {ast.unparse(each).partition(chr(10))[0]}")
        else:
            said.append(f"{spec}:idem" if spec.partition(":")[0] in keys else spec)
    return Specs(tuple(said), tuple(unsaid))


def _spec(node: ast.AnnAssign, models: ServiceModels | None) -> str | None:
    kind = _kind(node.annotation, models)
    if kind is None or not isinstance(node.target, ast.Name):
        return None
    settings = _settings(node.value)
    try:
        words = [node.target.id, kind, *_modifiers(node, settings)]
        field = parse_field(":".join(words), models)
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


def _kind(annotation: ast.expr, models: ServiceModels | None) -> str | None:
    members = [each for each in members_of(annotation) if ast.unparse(each) != "None"]
    if len(members) != 1:
        return None
    match members[0]:
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            values = choices.elts if isinstance(choices, ast.Tuple) else [choices]
            texts = [each.value for each in values if isinstance(each, ast.Constant)]
            return f"enum:{'/'.join(map(str, texts))}"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, item])):
            inner = _kind(item, models) if ast.unparse(key) == "str" else None
            return inner and f"map.{inner}"
        case ast.Subscript(value=ast.Name(id=name), slice=item) if name in _CONTAINERS:
            inner = _kind(item, models)
            return inner and f"{_CONTAINERS[name]}{inner}"
        case ast.Name(id=name) if name not in _KINDS and models is not None:
            return models.word_for(name)
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
        elif name == "examples" and isinstance(value, tuple) and len(value) == 1:
            yield f"example={_text(value[0])}"
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
        return {each.arg or "**": _value(each.value) for each in value.keywords}
    return {"default": _value(value)}


def _value(node: ast.expr) -> Any:
    match node:
        case ast.List(elts=items):
            return tuple(map(_value, items))
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text))]) if (
            name in _OF_A_TEXT
        ):
            return _Made(name, text)
        case _:
            return computed(node)


def _text(value: Any) -> str:
    for types, write in _WRITTEN:
        if isinstance(value, types):
            return write(value).replace(":", "\\:")
    raise ValueError(value)


_WRITTEN: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (_Made, lambda value: str(value.text)),
    (bool, lambda value: str(value).lower()),
    (str, str),
    (bytes, lambda value: str(value, "ascii")),
    (int, str),
    (float, repr),
    (Decimal, lambda value: f"{value:f}"),
    (dt.date, lambda value: str(value.isoformat())),
    (dt.timedelta, literals.say_duration),
)
