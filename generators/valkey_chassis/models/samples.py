"""Makes an example of a model that a service has, out of the fields in its source."""

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple

from ..fields import Import, Value, samples
from ..fields.json_form import json_of
from ..fields.spec import Instance, Kind, NoSample
from ..names import in_words
from .annotations import (
    Declared,
    declared_in,
    kind_of,
    limits_of,
    may_be_none,
    read_value,
    unquoted,
)
from .sources import Module, ServiceClass, Sources, last_name

# Models within models within models.
MOST_LEVELS: Final = 5

_BARE: Final = frozenset({"BaseModel", "TaskArgs", "TaskResult", "Event"})
_FIELD_VALIDATORS: Final = frozenset({"field_validator", "validator"})
_MODEL_VALIDATORS: Final = frozenset({"model_validator", "root_validator"})
_RENAMES: Final = frozenset(
    {"alias", "alias_generator", "exclude", "serialization_alias", "validation_alias"}
)
_STARRED: Final = frozenset({"SecretStr", "SecretBytes"})
_SECRETS: Final = frozenset({"Secret", *_STARRED})


class Sample(NamedTuple):
    """One of them, and what the expression that makes it imports."""

    made: Instance
    imports: frozenset[Import]


class Sampling:
    """Samples of the models of one service."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def of(self, model: ServiceClass, levels: int = MOST_LEVELS) -> Sample:
        """One with its required fields alone. Raises NoSample that names the field and why."""
        if not levels:
            raise NoSample(f"{model.name} lies more than {MOST_LEVELS} models deep")
        imports = {Import(f"..{model.module.name}", model.name)}
        given: dict[str, Instance] = {}
        judged = set(self._judged(model))
        for field in self._fields(model).values():
            if field.required:
                try:
                    value, needed = self._value(model, field, levels, judged)
                except NoSample as error:
                    place = f"{model.module.path.name}:{field.line}"
                    raise NoSample(f"{model.name}.{field.name} ({place}): {error}") from None
                given[field.name] = value
                imports |= needed
        source = ", ".join(f"{name}={value.source}" for name, value in given.items())
        json = {name: value.json for name, value in given.items()}
        return Sample(Instance(f"{model.name}({source})", json), frozenset(imports))

    def holds_secret(self, model: ServiceClass, levels: int = MOST_LEVELS) -> bool:
        """Whether one of its fields, at any depth that gen follows, is a secret."""
        types = [*model.node.bases, *(each.annotation for each in declared_in(model.node))]
        return any(self._says_secret(model.module, each, levels) for each in types)

    def _says_secret(self, module: Module, written: ast.expr, levels: int) -> bool:
        """Whether a type, or an alias of one, is or holds a secret."""
        names = {
            last_name(node) for node in ast.walk(unquoted(written)) if isinstance(node, ast.expr)
        }
        return bool(names & _SECRETS) or any(
            levels and self._means_secret(module, name, levels - 1) for name in filter(None, names)
        )

    def _means_secret(self, module: Module, name: str, levels: int) -> bool:
        found = self._sources.resolve(module, name)
        if found is not None:
            return self._sources.is_model(found) and self.holds_secret(found, levels)
        alias = self._sources.alias(module, name)
        return alias is not None and self._says_secret(*alias, levels)

    def _fields(self, model: ServiceClass) -> dict[str, Declared]:
        """Its own fields behind those that it inherits."""
        fields: dict[str, Declared] = {}
        for each in self._lineage(model):
            for keyword in _keywords(each.node):
                if keyword.arg in _RENAMES:
                    raise NoSample(
                        f"{each.name} has {keyword.arg}, so it is not read as it is written"
                    )
            for base in each.node.bases:
                parent = self._parent(each, base)
                known = last_name(base) in _BARE or (parent and self._sources.is_model(parent))
                if not known:
                    raise NoSample(f"gen cannot see what {each.name} has of {ast.unparse(base)}")
            fields |= {field.name: field for field in declared_in(each.node)}
        return fields

    def _lineage(self, model: ServiceClass) -> list[ServiceClass]:
        """The classes of this service that it is made of, each behind those that it derives from."""
        return list(self._climbed(model, seen=set()))

    def _climbed(self, model: ServiceClass, seen: set[ast.ClassDef]) -> Iterator[ServiceClass]:
        if model.node in seen:
            return
        seen.add(model.node)
        for base in reversed(model.node.bases):
            if parent := self._parent(model, base):
                yield from self._climbed(parent, seen)
        yield model

    def _parent(self, model: ServiceClass, base: ast.expr) -> ServiceClass | None:
        found = self._sources.resolve(model.module, last_name(base))
        # `class Order(Order)`: the name meant something else before.
        return None if found is None or found.node is model.node else found

    def _value(self, model: ServiceClass, field: Declared, levels: int, judged: set[str]) -> Sample:
        if may_be_none(field.annotation):
            return Sample(Instance("None", None), frozenset())
        kind = kind_of(field.annotation, lambda name: self._of_class(model, name, levels))
        if field.example is not None:
            return _sample(kind, read_value(field.example, kind))
        if judged & {field.name, "*"}:
            raise NoSample("a validator judges it")
        limits = limits_of(field, kind)
        found = samples.fitting(kind.candidates(limits, in_words(field.name)), limits)
        if not found:
            raise NoSample("no value found that keeps its limits")
        return _sample(kind, found[0])

    def _of_class(self, model: ServiceClass, name: str, levels: int) -> Kind:
        found = self._sources.resolve(model.module, name)
        if name in _STARRED:
            raise NoSample("a SecretStr would reach the worker as stars; use the chassis' Secret")
        if found is not None and self._sources.is_model(found):
            return nested(found.name, self.of(found, levels - 1))
        if found is not None and self._sources.is_enum(found):
            return nested(found.name, _member(found))
        raise NoSample(f"its type {name} is not one that gen knows")

    def _judged(self, model: ServiceClass) -> Iterator[str]:
        """The fields that validators judge, ``*`` for all."""
        methods = [method for each in self._lineage(model) for method in each.node.body]
        for method in methods:
            for decorator in method.decorator_list if isinstance(method, ast.FunctionDef) else ():
                call = decorator if isinstance(decorator, ast.Call) else None
                name = last_name(call.func if call else decorator)
                if name in _MODEL_VALIDATORS:
                    yield "*"
                elif name in _FIELD_VALIDATORS and call:
                    yield from (str(e.value) for e in call.args if isinstance(e, ast.Constant))


def nested(name: str, sample: Sample) -> Kind:
    """A class of the service as a kind; its values are the expressions that make them."""
    return Kind(
        name=f"ref.{name}",
        annotation=name,
        modifiers=frozenset(),
        value_imports=sample.imports,
        read=_read_nothing,
        write=lambda made: str(made.source),
        candidates=lambda _limits, _word: (sample.made,),
        wrong='"not an object"',
    )


def _read_nothing(text: str) -> str:
    raise ValueError(f"nothing of the kind, not {text!r}")


def _sample(kind: Kind, value: Value) -> Sample:
    return Sample(Instance(kind.write(value), json_of(kind, value)), kind.value_imports)


def _member(found: ServiceClass) -> Sample:
    for node in found.node.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            made = Instance(f"{found.name}.{name}", _member_value(found, name, node.value))
            return Sample(made, frozenset({Import(f"..{found.module.name}", found.name)}))
    raise NoSample(f"the enumeration {found.name} has no member")


def _member_value(found: ServiceClass, name: str, value: ast.expr) -> Value:
    if isinstance(value, ast.Constant):
        return value.value
    if not isinstance(value, ast.Call) or last_name(value.func) != "auto":
        raise NoSample(f"gen cannot see the value of {found.name}.{name}")
    # Of the first member; numbers begin at 1.
    return name.lower() if "StrEnum" in map(last_name, found.node.bases) else 1


def _keywords(node: ast.ClassDef) -> Iterator[ast.keyword]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign | ast.Assign):
            yield from (inner for inner in ast.walk(each) if isinstance(inner, ast.keyword))
