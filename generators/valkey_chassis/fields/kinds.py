"""The table of field types: one row says all that gen knows about a type."""

import json
from typing import Final

from . import literals, samples
from .constraints import Constraints
from .spec import FACE, Import, Kind

_ORDER: Final = frozenset({"gt", "ge", "lt", "le"})
_LENGTH: Final = frozenset({"min", "max"})
GIVEN: Final = frozenset({"default", "example"})

_DECIMAL: Final = frozenset({Import("decimal", "Decimal")})
_UUID: Final = frozenset({Import("uuid", "UUID")})
_DATETIME: Final = frozenset({Import("datetime")})
_MONEY_FORM: Final = Constraints(digits=18, places=4)
_DECIMAL_MODIFIERS: Final = _ORDER | GIVEN | {"digits", "places"}


def _pydantic(name: str) -> frozenset[Import]:
    return frozenset({Import("pydantic", name)})


_ROWS: Final = (
    Kind(
        name="str",
        annotation="str",
        modifiers=_LENGTH | GIVEN | {"pattern"},
        read=literals.read_text,
        write=literals.write_text,
        candidates=samples.texts,
        wrong="7",
    ),
    Kind(
        name="int",
        annotation="int",
        modifiers=_ORDER | GIVEN,
        read=literals.read_int,
        write=str,
        candidates=samples.ints,
        wrong='"not an int"',
    ),
    Kind(
        name="float",
        annotation="float",
        modifiers=_ORDER | GIVEN,
        read=literals.read_float,
        write=repr,
        candidates=samples.floats,
        wrong='"not a float"',
    ),
    Kind(
        name="bool",
        annotation="bool",
        modifiers=GIVEN,
        read=literals.read_bool,
        write=str,
        candidates=samples.bools,
        wrong='"not a bool"',
    ),
    Kind(
        name="decimal",
        annotation="Decimal",
        annotation_imports=_DECIMAL,
        value_imports=_DECIMAL,
        modifiers=_DECIMAL_MODIFIERS,
        read=literals.read_decimal,
        write=literals.write_decimal,
        candidates=samples.decimals,
        wrong='"not a decimal"',
    ),
    Kind(
        name="money",
        annotation="Decimal",
        annotation_imports=_DECIMAL,
        value_imports=_DECIMAL,
        modifiers=_DECIMAL_MODIFIERS,
        preset=_MONEY_FORM,
        read=literals.read_decimal,
        write=literals.write_decimal,
        candidates=samples.decimals,
        wrong='"not an amount"',
    ),
    Kind(
        name="uuid",
        annotation="UUID",
        annotation_imports=_UUID,
        value_imports=_UUID,
        modifiers=GIVEN,
        read=literals.read_uuid,
        write=lambda value: f'UUID("{value}")',
        candidates=samples.uuids,
        wrong='"not a uuid"',
    ),
    Kind(
        name="datetime",
        annotation="AwareDatetime",
        annotation_imports=_pydantic("AwareDatetime"),
        value_imports=_DATETIME,
        modifiers=_ORDER | GIVEN,
        read=literals.read_datetime,
        write=literals.write_datetime,
        candidates=samples.datetimes,
        wrong='"not a moment"',
    ),
    Kind(
        name="date",
        annotation="dt.date",
        annotation_imports=_DATETIME,
        value_imports=_DATETIME,
        modifiers=_ORDER | GIVEN,
        read=literals.read_date,
        write=literals.write_date,
        candidates=samples.dates,
        wrong='"not a date"',
    ),
    Kind(
        name="duration",
        annotation="dt.timedelta",
        annotation_imports=_DATETIME,
        value_imports=_DATETIME,
        modifiers=_ORDER | GIVEN,
        read=literals.read_duration,
        write=literals.write_duration,
        candidates=samples.durations,
        wrong='"not a duration"',
    ),
    Kind(
        name="url",
        annotation="HttpUrl",
        annotation_imports=_pydantic("HttpUrl"),
        value_imports=_pydantic("HttpUrl"),
        modifiers=GIVEN,
        read=literals.read_url,
        write=lambda value: f'HttpUrl("{value}")',
        candidates=samples.urls,
        wrong='"not an address"',
    ),
    Kind(
        name="json",
        annotation="JsonValue",
        annotation_imports=_pydantic("JsonValue"),
        modifiers=frozenset(),
        read=literals.read_text,
        write=json.dumps,
        candidates=samples.jsons,
        wrong=None,
    ),
    Kind(
        name="bytes",
        annotation="Base64Bytes",
        annotation_imports=_pydantic("Base64Bytes"),
        # Pydantic takes encoded bytes and holds decoded ones: a default or an echo would skip that.
        echoes=False,
        modifiers=frozenset({"example"}),
        read=literals.read_base64,
        write=lambda value: f'b"{value}"',
        candidates=samples.base64s,
        wrong='"not base64"',
    ),
    Kind(
        name="secret",
        annotation="Secret",
        annotation_imports=frozenset({Import(FACE, "Secret")}),
        value_imports=_pydantic("SecretStr"),
        # No default and no example: a secret has no place in source code.
        modifiers=_LENGTH,
        read=literals.read_text,
        write=lambda value: f"SecretStr({literals.write_text(value)})",
        candidates=samples.texts,
        wrong="7",
        secret=True,
    ),
)

SCALARS: Final = {kind.name: kind for kind in _ROWS}
