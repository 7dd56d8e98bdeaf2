"""What the page of an item shows of its fields: a table, and a JSON document that the model accepts."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ..fields import FieldSpec, Value

_SIGNS = {"gt": "above", "ge": "from", "lt": "below", "le": "up to"}


class FieldRow(NamedTuple):
    """One field as a reader meets it, in Markdown."""

    name: str
    type: str
    presence: str
    limits: str


def field_rows(fields: Iterable[FieldSpec]) -> list[FieldRow]:
    """A row for each field."""
    return [
        FieldRow(
            field.name,
            _code(field.kind.annotation),
            _presence(field),
            "; ".join(_limits(field)),
        )
        for field in fields
    ]


def json_sample(fields: Sequence[FieldSpec]) -> str:
    """The fields that a caller has to give, as JSON with valid values; all of them if none has to be given."""
    shown = [field for field in fields if field.required] or fields
    return json.dumps({field.name: _json_value(field, field.sample) for field in shown}, indent=2)


def _presence(field: FieldSpec) -> str:
    if field.required:
        return "required"
    if field.has_default:
        return f"default {_code(json.dumps(_json_value(field, field.default)))}"
    return "optional"


def _limits(field: FieldSpec) -> Iterable[str]:
    given = field.constraints
    for name, value in given.limits.items():
        yield f"{_SIGNS[name]} {_code(_shown(value))}"
    unit = "entries" if field.kind.factory else "characters"
    for word, size in (("at least", given.min), ("at most", given.max)):
        if size is not None:
            yield f"{word} {size} {unit}"
    if given.digits is not None:
        yield f"at most {given.digits} digits"
    if given.places is not None:
        yield f"at most {given.places} decimal places"
    if given.pattern is not None:
        yield f"of the form {_code(given.pattern)}"
    if field.idem:
        yield "part of the idempotency key"
    if field.redact or field.kind.name.endswith("secret"):
        yield "not shown in logs"


def _json_value(field: FieldSpec, value: Value) -> Value:
    """A value as JSON has it: what pydantic reads back as the same."""
    match field.kind.factory:
        case "dict":
            return {f"key_{number}": _plain(each) for number, each in enumerate(value, start=1)}
        case "list" | "set":
            return [_plain(each) for each in value]
        case _:
            return _plain(value)


def _plain(value: Value) -> Value:
    if value is None or isinstance(value, bool | int | float | str | dict | list):
        return value
    return _shown(value)


def _shown(value: Value) -> str:
    if isinstance(value, timedelta):
        return f"PT{value.total_seconds():f}".rstrip("0").rstrip(".") + "S"
    return value.isoformat() if isinstance(value, date) else str(value)


def _code(text: str) -> str:
    # A bar would end the cell, and a backtick the code.
    return f"`` {_barred(text)} ``" if "`" in text else f"`{_barred(text)}`"


def _barred(text: str) -> str:
    return text.replace("|", "\\|")
