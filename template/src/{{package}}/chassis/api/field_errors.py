"""Says which fields of a request are wrong, without repeating what was sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

ERRORS_MAXIMUM: Final = 50
NAME_CHARACTERS_MAXIMUM: Final = 100

# Their messages are written by validators, or quote a tag, and may repeat the value.
_FREE_TEXT: Final = frozenset({"value_error", "assertion_error", "union_tag_invalid"})


class FieldError(BaseModel):
    """One field, where it is, and what is wrong about it."""

    model_config = ConfigDict(frozen=True)

    where: str = Field(alias="in", description="body, path, query, header or cookie.")
    field: str = Field(description="Path of the field, as in `items.0.price`; empty for all of it.")
    message: str


def field_errors(errors: Sequence[Any]) -> list[FieldError]:
    """The first errors of a failed validation, as pydantic reports them."""
    return [_field_error(error) for error in errors[:ERRORS_MAXIMUM]]


def _field_error(error: Mapping[str, Any]) -> FieldError:
    where, *path = error["loc"] or ("body",)
    # Unknown fields are named by the caller, so their names are bounded.
    field = ".".join(str(part)[:NAME_CHARACTERS_MAXIMUM] for part in path)
    return FieldError.model_validate({"in": str(where), "field": field, "message": _message(error)})


def _message(error: Mapping[str, Any]) -> str:
    free = error["type"] in {"value_error", "assertion_error"}
    message = str(error["ctx"]["error"] if free else error["msg"])
    if error["type"] in _FREE_TEXT and _mentions(message, error.get("input")):
        return "The value is not one that this field takes"
    return message


def _mentions(message: str, sent: object) -> bool:
    return any(leaf in message for leaf in _leaves([sent]) if leaf)


def _leaves(values: Iterable[object]) -> Iterable[str]:
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        match value:
            case Mapping():
                waiting.extend(value.values())
            case list() | tuple() | set() | frozenset():
                waiting.extend(value)
            case None | bool():
                continue
            case _:
                yield str(value)
