"""What the page of an item shows of its fields: a table, and a JSON document that the model accepts."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..fields import FieldSpec
from ..fields.json_form import json_of, shown

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
    return json.dumps({field.name: json_of(field.kind, field.sample) for field in shown}, indent=2)


def _presence(field: FieldSpec) -> str:
    if field.required:
        return "required"
    if field.has_default:
        return f"default {_code(json.dumps(json_of(field.kind, field.default)))}"
    return "optional"


def _limits(field: FieldSpec) -> Iterable[str]:
    given = field.constraints
    for name, value in given.limits.items():
        yield f"{_SIGNS[name]} {_code(shown(value))}"
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


def _code(text: str) -> str:
    # A bar would end the cell, and a backtick the code.
    return f"`` {_barred(text)} ``" if "`" in text else f"`{_barred(text)}`"


def _barred(text: str) -> str:
    return text.replace("|", "\\|")
