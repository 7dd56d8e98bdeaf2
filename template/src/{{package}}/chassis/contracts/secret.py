"""A secret among a task's arguments: starred out in logs and reprs, whole in its execution record."""

from typing import Annotated, get_args, get_origin

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
