"""A secret among a task's arguments: starred out in logs and reprs, whole in its execution record."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, PlainSerializer, SecretBytes, SecretStr

Secret = Annotated[SecretStr, PlainSerializer(SecretStr.get_secret_value, when_used="json")]
"""Text that only the body sees. A plain SecretStr would reach the worker as stars."""


def starred_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields whose secrets would be stored as stars instead of as themselves."""
    return tuple(
        name
        for name, info in model.model_fields.items()
        if _is_starred(info.annotation, tuple(info.metadata))
    )


def _is_starred(hint: object, metadata: tuple[object, ...]) -> bool:
    if hint in (SecretStr, SecretBytes):
        return not any(isinstance(each, PlainSerializer) for each in metadata)
    if get_origin(hint) is Annotated:
        inner, *extra = get_args(hint)
        return _is_starred(inner, tuple(extra))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return bool(starred_fields(hint))
    return any(_is_starred(part, ()) for part in get_args(hint))


def secret_fields(model: type[BaseModel]) -> frozenset[str]:
    """The names of the fields, at any depth, that hold secrets: what must never be shown."""
    found: set[str] = set()
    _collect_secrets(model, found, seen=set())
    return frozenset(found)


def _collect_secrets(model: type[BaseModel], found: set[str], seen: set[type[BaseModel]]) -> None:
    seen.add(model)
    for name, info in model.model_fields.items():
        parts = set(_parts(info.annotation))
        if parts & {SecretStr, SecretBytes}:
            found |= {name, info.alias or name}
        for part in parts - seen:
            if isinstance(part, type) and issubclass(part, BaseModel):
                _collect_secrets(part, found, seen)


def _parts(hint: object) -> Iterator[Any]:
    """A type and all that it is made of."""
    yield hint
    for argument in get_args(hint):
        # Literal values and metadata are no types, and some have no hash.
        if isinstance(argument, type) or get_args(argument):
            yield from _parts(argument)
