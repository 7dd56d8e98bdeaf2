"""Field specs as people might write them, most of them valid, for property tests."""

from hypothesis import strategies as st

from valkey_chassis.fields.kinds import SCALARS

# What a service has, for fields that refer to it.
MODELS = '''"""Models that tasks share."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Base64Bytes, BaseModel, Field, HttpUrl

from .chassis import Secret


class Colour(StrEnum):
    """A colour."""

    RED = "red"


class Address(BaseModel):
    """Where somebody lives."""

    street: str = Field(min_length=12)
    zip_code: Annotated[str, Field(pattern=r"^[0-9]{5}$")]
    country: Literal["DE", "AT"]
    floor: int | None = None


class Party(BaseModel):
    """Somebody."""

    id: UUID
    page: HttpUrl


class Customer(Party):
    """Who buys."""

    home: Address
    others: list[Address]
    by_name: dict[str, Address]
    limit: Decimal = Field(gt=Decimal(0), max_digits=8, decimal_places=2)
    colours: set[Colour]
    nick: str | None
    picture: Base64Bytes


class Login(BaseModel):
    """How somebody gets in."""

    password: Secret
'''
REFS = ("ref.Address", "ref.Customer", "ref.Login", "ref.models.Party")

NAMES = st.from_regex(r"\A[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,6}){0,2}\Z")
_INTS = st.integers(-50, 50)
_DECIMALS = st.decimals(-50, 50, places=2).map(lambda number: f"{number:f}")
_DAYS = st.dates().map(lambda day: day.isoformat())
_MOMENTS = st.datetimes().map(lambda m: m.isoformat(timespec="seconds").replace(":", r"\:") + "Z")
_LENGTHS = st.builds("{}{}".format, st.integers(0, 500), st.sampled_from(["s", "m", "h", "d"]))
_FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(repr)
_SIZES = st.integers(0, 40)
_PIECES = ["[A-Z]+", r"\d{3}-[a-f]+", "(red|green)", r"\w+@\w+", "[^0-9]{2,}", "a?b*c", r"\S\s\S"]
_PATTERNS = st.one_of(
    st.sampled_from([*_PIECES, r"^\d{3}-[a-f]+$", r"^\w+@\w+$"]),
    st.lists(st.sampled_from(_PIECES), min_size=2, max_size=25).map("".join),
)
_WORDS = st.from_regex(r"\A[ -9;-\[\]-~]{0,20}\Z")
_CHOICES = st.lists(
    st.from_regex(r"\A[A-Za-z0-9_.+-]{1,8}\Z"), min_size=1, max_size=5, unique=True
).map("/".join)


def _ordered(type_name: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[list[str]]:
    keys = ["gt", "ge", "lt", "le", "default", "example"]
    return _with(type_name, dict.fromkeys(keys, values))


def _with(
    type_name: str, values: dict[str, st.SearchStrategy[object]]
) -> st.SearchStrategy[list[str]]:
    marks = st.lists(st.sampled_from(sorted(values)), unique=True, max_size=2) if values else None
    if marks is None:
        return st.just([type_name])
    return marks.flatmap(
        lambda keys: st.tuples(*(values[key].map(f"{key}={{}}".format) for key in keys))
    ).map(lambda given: [type_name, *given])


_SCALARS: list[st.SearchStrategy[list[str]]] = [
    _with("str", {"min": _SIZES, "max": _SIZES, "default": _WORDS, "example": _WORDS}),
    _with("str", {"pattern": _PATTERNS, "max": _SIZES}),
    _ordered("int", _INTS),
    _ordered("float", _DECIMALS),
    _ordered("float", _FLOATS),
    _ordered("decimal", _DECIMALS),
    _with("decimal", {"digits": st.integers(1, 9), "places": st.integers(0, 5), "gt": _DECIMALS}),
    _ordered("money", _DECIMALS),
    _ordered("date", _DAYS),
    _ordered("datetime", _MOMENTS),
    _ordered("duration", _LENGTHS),
    _with("bool", {"default": st.sampled_from(["true", "false"])}),
    _with("uuid", {"default": st.uuids()}),
    _with("url", {"default": st.just(r"https\://example.org\:8443/a-b/c")}),
    _with("secret", {"min": _SIZES, "max": _SIZES}),
    _with("bytes", {"example": st.just("aGk=")}),
    _with("json", {}),
    _CHOICES.map(lambda choices: ["enum", choices]),
    _CHOICES.map(lambda c: ["enum", c, f"default={c.split('/')[0]}"]),
    st.sampled_from(REFS).map(lambda ref: [ref]),
]
_ITEMS = st.sampled_from([*SCALARS, "enum:a/b/c", *REFS])
_CONTAINERS = [
    st.tuples(
        st.just(container),
        _ITEMS,
        st.sampled_from([[], ["min=1"], ["max=3"], ["min=2", "max=9"], ["default=empty"]]),
    ).map(lambda parts: [f"{parts[0]}.{parts[1]}", *parts[2]])
    for container in ("list", "set", "map")
]
_FLAGS = st.sampled_from([[], [], [], ["optional"], ["redact"], ["optional", "redact"], ["idem"]])


# One for each way of writing a type, so that a test can give all of them the same share.
BY_TYPE = [
    st.tuples(NAMES, parts, _FLAGS).map(lambda spec: ":".join([spec[0], *spec[1], *spec[2]]))
    for parts in (*_SCALARS, *_CONTAINERS)
]
VALID_MOSTLY = st.one_of(*BY_TYPE)
_MARKS = ["", "x", "int", "list.", "list.list.str", "gt=", "=3", "min=-1", "default", "idem=1"]
ANYTHING = st.one_of(
    VALID_MOSTLY,
    st.text(max_size=40),
    st.lists(st.sampled_from([*_MARKS, "enum", "a/b", "map.enum", "str?", "é", "\\"])).map(
        ":".join
    ),
)
