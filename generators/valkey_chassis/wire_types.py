"""Whether a type takes every value that another took, seen in two versions of a module's source."""

import ast
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

Definitions: TypeAlias = Mapping[str, ast.stmt]

_ANYTHING: Final = frozenset({"Any", "object", "typing.Any"})
_CONTAINERS: Final = frozenset({"list", "set", "frozenset", "tuple", "dict", "Sequence", "Mapping"})
_NO_MESSAGE: Final = frozenset({"ClassVar", "typing.ClassVar"})


def definitions_in(tree: ast.Module) -> dict[str, ast.stmt]:
    """What a module defines by itself: classes and names, the last word about each."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name):
                found[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]):
                found[name] = node
            case ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = node
            case _:
                continue
    return found


def imported_names(tree: ast.Module) -> set[str]:
    """What a module calls that which it imports by name."""
    return {
        each.asname or each.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }


def is_in_messages(name: str, annotation: ast.expr) -> bool:
    """Whether an annotated name of a model is one of its fields."""
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return not name.startswith("_") and ast.unparse(outer) not in _NO_MESSAGE


def choices_of(node: ast.expr, known: Definitions) -> frozenset[object] | None:
    """The values of a ``Literal`` or of an ``Enum`` of the module; None when it is neither."""
    match node:
        case ast.Subscript(value=outer, slice=inner) if _last(outer) == "Literal":
            values = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return frozenset(ast.dump(each) for each in values)
        case ast.Name(id=name) if isinstance(found := known.get(name), ast.ClassDef):
            return _members(found)
        case _:
            return None


def members_of(node: ast.expr) -> tuple[ast.expr, ...]:
    """The types that a union allows; itself when it is none."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return (*members_of(left), *members_of(right))
        case ast.Subscript(value=outer, slice=inner) if _last(outer) == "Optional":
            return (*members_of(inner), ast.Constant(None))
        case ast.Subscript(value=outer, slice=ast.Tuple(elts=inner)) if _last(outer) == "Union":
            return tuple(member for each in inner for member in members_of(each))
        case _:
            return (node,)


def container_of(node: ast.expr) -> tuple[str, tuple[ast.expr, ...]] | None:
    """``list`` and what it holds; None for what is no container."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _CONTAINERS:
            return name, tuple(inner.elts) if isinstance(inner, ast.Tuple) else (inner,)
        case _:
            return None


def takes_anything(node: ast.expr) -> bool:
    """Whether no value is refused."""
    return ast.unparse(node) in _ANYTHING


def names_in(node: ast.AST) -> list[str]:
    """Every plain name in it, in no order that matters."""
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def defined_names(node: ast.AST, known: Definitions) -> Iterator[str]:
    """The names in an annotation that the module itself defines, those behind them included."""
    seen: set[str] = set()
    open_names = names_in(node)
    while open_names:
        name = open_names.pop()
        if name in known and name not in seen:
            seen.add(name)
            yield name
            open_names += names_in(known[name])


def _members(definition: ast.ClassDef) -> frozenset[object] | None:
    if not any(_last(base).endswith("Enum") for base in definition.bases):
        return None
    return frozenset(
        ast.dump(node.value)
        for node in definition.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    )


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
