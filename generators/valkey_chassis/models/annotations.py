"""Reads the type and the limits of a field as they stand in a model's source."""

import ast
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from uuid import UUID

from ..fields import Value
from ..fields.constraints import Constraints
from ..fields.containers import container_of, enum_of
from ..fields.kinds import SCALARS
from ..fields.spec import Kind, NoSample
from .sources import last_name

_NAMED: Final = {
    "str": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "Decimal": "decimal",
    "UUID": "uuid",
    "AwareDatetime": "datetime",
    "datetime": "datetime",
    "date": "date",
    "timedelta": "duration",
    "HttpUrl": "url",
    "JsonValue": "json",
    "Base64Bytes": "bytes",
    "Secret": "secret",  # pragma: allowlist secret
}
_MAKERS: Final[dict[str, Callable[..., Value]]] = {
    "Decimal": Decimal,
    "UUID": UUID,
    "HttpUrl": str,
    "date": dt.date,
    "datetime": dt.datetime,
    "timedelta": dt.timedelta,
}
_CONTAINERS: Final = {"list": "list", "set": "set", "dict": "map"}
_ORDER: Final = frozenset({"gt", "ge", "lt", "le"})
_SIZES: Final = {
    "min_length": "min",
    "max_length": "max",
    "max_digits": "digits",
    "decimal_places": "places",
}
# Keywords of Field that change nothing about which values it takes.
_SILENT: Final = frozenset(
    {
        "default",
        "default_factory",
        "deprecated",
        "description",
        "examples",
        "frozen",
        "repr",
        "title",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One field of a model as declared: where, its type, its `Field(...)` and whether it is needed."""

    name: str
    line: int
    annotation: ast.expr
    settings: tuple[ast.keyword, ...] = ()
    required: bool = True
    example: ast.expr | None = field(default=None)


def declared_in(node: ast.ClassDef) -> Iterator[Declared]:
    """The fields in the body of a model."""
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            name, annotation = each.target.id, unquoted(each.annotation)
            if name.startswith("_") or name == "model_config" or _is_class_variable(annotation):
                continue
            yield _declared(name, each, annotation)


def kind_of(annotation: ast.expr, of_class: Callable[[str], Kind]) -> Kind:
    """The kind of an annotation; ``of_class`` knows names that are no types of the field language.

    Raises NoSample for what has no kind.
    """
    match annotation:
        case ast.Name() | ast.Attribute():
            name = last_name(annotation)
            return SCALARS[_NAMED[name]] if name in _NAMED else of_class(name)
        case ast.Subscript(value=outer, slice=inner):
            return _made_of(last_name(outer), inner, of_class)
    raise NoSample(f"its type {ast.unparse(annotation)} is not one that gen knows")


def limits_of(declared: Declared, kind: Kind) -> Constraints:
    """The limits in its `Field(...)`. Raises NoSample for one that gen cannot weigh."""
    limits: dict[str, Value] = {}
    for keyword in declared.settings:
        key = str(keyword.arg)
        if key in _SILENT:
            continue
        if key in _ORDER:
            limits[key] = read_value(keyword.value, kind)
        elif key in _SIZES and _constant(keyword.value, int):
            limits[_SIZES[key]] = ast.literal_eval(keyword.value)
        elif key == "pattern" and _constant(keyword.value, str):
            limits["pattern"] = ast.literal_eval(keyword.value)
        else:
            raise NoSample(f"gen cannot weigh its {key}={ast.unparse(keyword.value)}")
    return Constraints(**limits)


def read_value(node: ast.expr, kind: Kind) -> Value:
    """A value of a kind from source: a literal, or as gen writes values. Raises NoSample."""
    try:
        if isinstance(node, ast.Call):
            return _made_by_call(node)
        value = ast.literal_eval(node)
        return kind.read(str(value).lower() if isinstance(value, bool) else str(value))
    except (ArithmeticError, KeyError, TypeError, ValueError):
        raise NoSample(f"gen cannot read {ast.unparse(node)} as a {kind.name}") from None


def may_be_none(annotation: ast.expr) -> bool:
    """Whether None is a value of it."""
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return may_be_none(left) or may_be_none(right)
        case ast.Subscript(value=outer) if last_name(outer) == "Optional":
            return True
        case ast.Constant(value=None):
            return True
        case _:
            return False


def unquoted(annotation: ast.expr) -> ast.expr:
    """The same with what its quotes say in their place; texts that are values stay texts."""
    match annotation:
        case ast.Constant(value=str(text)):
            try:
                return unquoted(ast.parse(text.strip(), mode="eval").body)
            except (SyntaxError, ValueError):
                return annotation
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(unquoted(left), op, unquoted(right))
        case ast.Tuple(elts=parts):
            return ast.Tuple([unquoted(part) for part in parts], ast.Load())
        case ast.Subscript(value=outer, slice=inner) if last_name(outer) != "Literal":
            if last_name(outer) == "Annotated" and isinstance(inner, ast.Tuple):
                first, *settings = inner.elts
                inner = ast.Tuple([unquoted(first), *settings], ast.Load())
            else:
                inner = unquoted(inner)
            return ast.Subscript(outer, inner, ast.Load())
        case _:
            return annotation


def _made_by_call(node: ast.Call) -> Value:
    """Of `dt.date(2026, 1, 31)` and its like."""
    named = {
        str(each.arg): dt.UTC if last_name(each.value) == "UTC" else ast.literal_eval(each.value)
        for each in node.keywords
    }
    return _MAKERS[last_name(node.func)](*map(ast.literal_eval, node.args), **named)


def _declared(name: str, node: ast.AnnAssign, annotation: ast.expr) -> Declared:
    settings: list[ast.keyword] = []
    if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Annotated":
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
        annotation = parts[0] if parts else annotation
        for part in parts[1:]:
            settings += _keywords(part)
    required = node.value is None
    if node.value is not None and _is_field(node.value):
        settings += _keywords(node.value)
        first = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else None
        required = first is None or (isinstance(first, ast.Constant) and first.value is ...)
    required = required and not {each.arg for each in settings} & {"default", "default_factory"}
    examples = [each.value for each in settings if each.arg == "examples"]
    example = examples[0].elts[0] if examples and isinstance(examples[0], ast.List) else None
    return Declared(
        name=name,
        line=node.lineno,
        annotation=annotation,
        settings=tuple(settings),
        required=required,
        example=example,
    )


def _keywords(node: ast.expr) -> list[ast.keyword]:
    if isinstance(node, ast.Call) and _is_field(node):
        return node.keywords
    # What is no Field is named in the refusal as a keyword would be.
    return [ast.keyword(arg=last_name(node) or "annotation", value=node)]


def _is_field(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "Field"


def _is_class_variable(annotation: ast.expr) -> bool:
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return last_name(outer) == "ClassVar"


def _made_of(outer: str, inner: ast.expr, of_class: Callable[[str], Kind]) -> Kind:
    if outer == "Literal":
        choices = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if all(_constant(choice, str) for choice in choices):
            return enum_of(tuple(ast.literal_eval(choice) for choice in choices))
    elif outer == "dict" and isinstance(inner, ast.Tuple):
        if last_name(inner.elts[0]) == "str":
            return container_of("map", kind_of(inner.elts[1], of_class))
    elif outer in _CONTAINERS:
        return container_of(_CONTAINERS[outer], kind_of(inner, of_class))
    raise NoSample(f"its type {outer}[{ast.unparse(inner)}] is not one that gen knows")


def _constant(node: ast.expr, of: type) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is of
