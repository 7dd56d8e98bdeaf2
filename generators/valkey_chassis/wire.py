"""Whether messages that are queued already still fit a model after it was edited, from source alone."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from .wire_limits import limits_of, tightened
from .wire_types import (
    Definitions,
    choices_of,
    container_of,
    defined_names,
    definitions_in,
    is_in_messages,
    members_of,
    takes_anything,
)

_CONFIGURED: Final = "model_config"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model: its type, what it refuses, whether it may be missing, where it stands."""

    annotation: ast.expr
    limits: Mapping[str, Any]
    # What else `Annotated` says, which only running it would tell.
    also: frozenset[str]
    has_default: bool
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """The fields of a class, those of its bases in the same module included."""

    fields: Mapping[str, Field]
    # What decides about values besides fields: other bases, and the model's configuration.
    ground: str
    known: Definitions


def model_of(source: str, name: str) -> Model | None:
    """A model by name; None when the source does not parse or has no such class."""
    try:
        known = definitions_in(ast.parse(source))
    except (SyntaxError, ValueError):
        return None
    return _model(name, known)


def breaks(
    before: Model, after: Model, *, ignores_extra: bool = False
) -> Iterator[tuple[int, str]]:
    """What a queued message of the earlier form may be refused for: line and reason.

    Validators are code, and code is not judged. ``ignores_extra`` says that a field too many is no
    reason, as with events.
    """
    yield from _Comparison(before.known, after.known).models(
        before, after, ignores_extra=ignores_extra
    )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two versions of a module; ``seen`` are the pairs of models that are being compared."""

    before: Definitions
    after: Definitions
    seen: frozenset[str] = frozenset()

    def models(
        self, before: Model, after: Model, *, ignores_extra: bool = False
    ) -> Iterator[tuple[int, str]]:
        for name, field in after.fields.items():
            if name in before.fields:
                yield from self._field(name, before.fields[name], field)
            elif not field.has_default:
                yield (
                    field.line,
                    f"the new field {name!r} has no default, and queued messages lack it",
                )
        for name in before.fields:
            if name not in after.fields and not ignores_extra:
                yield 0, f"the field {name!r} is gone, and queued messages that have it are refused"
        if before.ground != after.ground:
            problem = f"it was built on {before.ground} and is on {after.ground} now"
            yield 0, f"{problem}: queued messages may not fit"

    def _field(self, name: str, before: Field, after: Field) -> Iterator[tuple[int, str]]:
        if not self._takes_all(before.annotation, after.annotation):
            was, now = ast.unparse(before.annotation), ast.unparse(after.annotation)
            what = f"was {was} and is {now} now" if was != now else f"is another {now} now"
            yield after.line, f"{name!r} {what}: queued messages may not fit"
        for change in tightened(before.limits, after.limits):
            yield after.line, f"{name!r} takes less: {change}, and queued messages may break it"
        if before.also != after.also:
            yield after.line, f"{name!r} is annotated otherwise: queued messages may not fit"
        if before.has_default and not after.has_default:
            yield after.line, f"{name!r} has lost its default, and queued messages may lack it"

    def _takes_all(self, before: ast.expr, after: ast.expr) -> bool:
        if takes_anything(after):
            return True
        allowed = members_of(after)
        return all(any(self._takes(one, other) for other in allowed) for one in members_of(before))

    def _takes(self, before: ast.expr, after: ast.expr) -> bool:
        """The same for two types that are no unions."""
        choices, wider = choices_of(before, self.before), choices_of(after, self.after)
        if choices is not None and wider is not None:
            return choices <= wider
        inside, outside = container_of(before), container_of(after)
        if inside and outside and inside[0] == outside[0] and len(inside[1]) == len(outside[1]):
            return all(map(self._takes_all, inside[1], outside[1]))
        nested = self._nested(before, after)
        return self._is_equal(before, after) if nested is None else nested

    def _nested(self, before: ast.expr, after: ast.expr) -> bool | None:
        """Whether a model of the same module still fits; None when they are no such models."""
        if not (isinstance(before, ast.Name) and isinstance(after, ast.Name)):
            return None
        pair = f"{before.id} {after.id}"
        if pair in self.seen:
            return True
        was, now = _model(before.id, self.before), _model(after.id, self.after)
        if was is None or now is None:
            return None
        deeper = _Comparison(self.before, self.after, self.seen | {pair})
        return not any(deeper.models(was, now))

    def _is_equal(self, before: ast.expr, after: ast.expr) -> bool:
        """The same words, and the same behind them."""
        names = {*defined_names(before, self.before), *defined_names(after, self.after)}
        return ast.dump(before) == ast.dump(after) and all(
            name in self.before
            and name in self.after
            and ast.dump(self.before[name]) == ast.dump(self.after[name])
            for name in names
        )


def _model(name: str, known: Definitions) -> Model | None:
    node = known.get(name)
    if not isinstance(node, ast.ClassDef) or choices_of(ast.Name(name), known) is not None:
        return None
    own = {base.id for base in node.bases if isinstance(base, ast.Name)} & known.keys() - {name}
    inherited = [found for base in sorted(own) if (found := _model(base, known)) is not None]
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
    return Model(fields, ", ".join([*ground, *(each.ground for each in inherited)]), known)


def _fields_in(node: ast.ClassDef) -> dict[str, Field]:
    return {
        each.target.id: _field(each)
        for each in node.body
        if isinstance(each, ast.AnnAssign)
        and isinstance(each.target, ast.Name)
        and is_in_messages(each.target.id, each.annotation)
    }


def _field(node: ast.AnnAssign) -> Field:
    annotation, settings = _unwrapped(node.annotation)
    calls = [each for each in (*settings, node.value) if _is_field(each)]
    has_value = node.value is not None and node.value not in calls
    return Field(
        annotation=annotation,
        limits=limits_of(calls),
        also=frozenset(ast.unparse(each) for each in settings if each not in calls),
        has_default=has_value or any(map(_gives_default, calls)),
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
