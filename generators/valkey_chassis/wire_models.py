"""The models of a module as messages know them, read from source alone."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeGuard

from .wire_limits import limits_of
from .wire_types import (
    Definitions,
    choices_of,
    definitions_in,
    imported_names,
    is_in_messages,
)

_CONFIGURED: Final = "model_config"
_NONE: Final[Definitions] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model: its type, what it refuses, whether it may be missing, where it stands."""

    annotation: ast.expr
    limits: Mapping[str, Any]
    # What else `Annotated` says, which only running it would tell.
    also: frozenset[str]
    has_default: bool
    # The class that has it, and its line there.
    home: str
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """The fields of a class, those of its bases included, as far as they are known."""

    name: str
    line: int
    fields: Mapping[str, Field]
    # What decides about values besides fields: other bases, and the model's configuration.
    ground: str
    known: Definitions


def model_of(
    source: str,
    name: str,
    others: Definitions = _NONE,
    *,
    without: frozenset[str] = frozenset(),
) -> Model | None:
    """A model by name; None when the source does not parse or has no such class.

    ``others`` are definitions of other modules that it leads to; those ``without`` are not followed.
    """
    try:
        known = {**others, **definitions_in(ast.parse(source))}
    except (SyntaxError, ValueError):
        return None
    return model_in(name, {each: node for each, node in known.items() if each not in without})


def names_imported_in(source: str) -> frozenset[str]:
    """What a module calls that which it imports by name; nothing when it does not parse."""
    try:
        return frozenset(imported_names(ast.parse(source)))
    except (SyntaxError, ValueError):
        return frozenset()


def model_in(name: str, known: Definitions) -> Model | None:
    """A class of that name as a model; None for an enum, or what is no class."""
    node = known.get(name)
    if not isinstance(node, ast.ClassDef) or choices_of(ast.Name(name), known) is not None:
        return None
    own = {base.id for base in node.bases if isinstance(base, ast.Name)} & known.keys() - {name}
    inherited = [found for base in sorted(own) if (found := model_in(base, known)) is not None]
    fields: dict[str, Field] = {}
    for each in inherited:
        fields |= each.fields
    fields |= _fields_in(node)
    ground = [ast.unparse(base) for base in node.bases if ast.unparse(base) not in own]
    ground += [
        ast.unparse(each)
        for each in node.body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == _CONFIGURED
    ]
    ground += [each.ground for each in inherited]
    return Model(name, node.lineno, fields, ", ".join(ground), known)


def _fields_in(node: ast.ClassDef) -> dict[str, Field]:
    return {
        each.target.id: _field(each, node.name)
        for each in node.body
        if isinstance(each, ast.AnnAssign)
        and isinstance(each.target, ast.Name)
        and is_in_messages(each.target.id, each.annotation)
    }


def _field(node: ast.AnnAssign, home: str) -> Field:
    annotation, settings = _unwrapped(node.annotation)
    calls = [each for each in (*settings, node.value) if _is_field(each)]
    has_value = node.value is not None and node.value not in calls
    return Field(
        annotation=annotation,
        limits=limits_of(calls),
        also=frozenset(ast.unparse(each) for each in settings if each not in calls),
        has_default=has_value or any(map(_gives_default, calls)),
        home=home,
        line=node.lineno,
    )


def _unwrapped(annotation: ast.expr) -> tuple[ast.expr, list[ast.expr]]:
    """The type within ``Annotated``, and what is said about it there."""
    match annotation:
        case ast.Subscript(value=outer, slice=ast.Tuple(elts=[inner, *settings])) if (
            ast.unparse(outer).rpartition(".")[2] == "Annotated"
        ):
            return inner, settings
        case _:
            return annotation, []


def _is_field(node: ast.expr | None) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Field"


def _gives_default(call: ast.Call) -> bool:
    named = {keyword.arg for keyword in call.keywords}
    first = call.args[0] if call.args else None
    given = first is not None and not (isinstance(first, ast.Constant) and first.value is ...)
    return given or bool(named & {"default", "default_factory"})
