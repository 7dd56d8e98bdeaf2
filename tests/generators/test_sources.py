"""Fields from a sample, a JSON Schema or a pydantic model, and what none of them may say."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, contents_of, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]


def specs_of(service: Project, item: str = "task-charge_card", key: str = "fields") -> list[str]:
    """What the note of an item says."""
    import tomllib

    noted = tomllib.loads((service.root / f".gen/items/{item}.toml").read_text())
    found: list[str] = noted.get(key, [])
    return found


@pytest.fixture
def source(tmp_path: Path) -> Callable[[object], str]:
    """Write a document, and name its file."""

    def write(document: object) -> str:
        path = tmp_path / "source.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return str(path)

    return write


Source = Callable[[object], str]


@pytest.mark.parametrize(
    ("value", "spec"),
    [
        ("text", "str"),
        (7, "int"),
        (9.5, "float"),
        (True, "bool"),
        (None, "str:optional"),
        ("7f2c1f5e-0d5b-4c9a-9a53-3f1f5d0c8a11", "uuid"),
        ("2026-01-31T08:30:00Z", "datetime"),
        ("2026-01-31T08:30:00", "str"),
        ("2026-01-31", "date"),
        ("https://example.org/a?b=c", "url"),
        (["a", "b"], "list.str"),
        ([1, 2.5], "list.float"),
        ([1, "a"], "list.json"),
        ([], "list.json"),
        ({"a": 1, "b": 2}, "map.int"),
        ({"a": 1, "b": "c"}, "json"),
        ({"a": {"b": 1}}, "json"),
        ({}, "json"),
    ],
)
def test_a_sample_says_what_its_values_look_like(
    service: Project, gen: Gen, source: Source, value: object, spec: str
) -> None:
    answer = gen("task", "charge_card", "--from", source({"thing": value}))

    assert answer.code == 0, answer.err
    assert f"thing:{spec}" in answer.out
    assert specs_of(service) == [f"thing:{spec}"]


def test_names_of_a_sample_are_brought_into_form_and_said(
    service: Project, gen: Gen, source: Source
) -> None:
    answer = gen("task", "charge_card", "--from", source({"orderId": 1, "api_token": "x"}))

    assert "orderId is order_id" in answer.out
    assert specs_of(service) == ["order_id:int", "api_token:secret"]


def test_what_the_command_line_says_replaces_and_follows(
    service: Project, gen: Gen, source: Source
) -> None:
    sample = source({"first": 1, "amount": 9.5, "last": "x"})

    gen("task", "charge_card", "amount:money", "note:str?", "--from", sample)

    assert specs_of(service) == ["first:int", "amount:money", "last:str", "note:str?"]


def test_the_item_can_be_made_again_without_the_file(
    service: Project, gen: Gen, source: Source
) -> None:
    sample = source({"amount": 1})
    gen("task", "charge_card", "--from", sample, "--result-from", sample)
    made = contents_of(service.root)
    Path(sample).unlink()

    command = gen("show", "task", "charge_card", "--command").out.split()
    gen("destroy", "task", "charge_card")

    assert gen(*command[3:]).code == 0
    assert contents_of(service.root) == made


def test_what_else_has_fields_takes_a_source_too(
    service: Project, gen: Gen, source: Source
) -> None:
    sample = source({"amount": None})

    assert gen("event", "card_charged", "--from", sample).code == 0
    assert gen("schedule", "close_day", "24h", "--from", sample).code == 0
    assert gen("poller", "cards", "--every", "1m", "--from", sample).code == 0

    assert specs_of(service, "event-card_charged") == ["amount:str:optional"]
    assert specs_of(service, "task-close_day") == ["amount:str:optional"]
    assert specs_of(service, "poller-cards") == ["amount:str:optional"]


@pytest.mark.parametrize(
    ("schema", "spec"),
    [
        ({"type": "string"}, "str"),
        ({"type": "string", "minLength": 1, "maxLength": 9}, "str:min=1:max=9"),
        ({"type": "string", "pattern": "^a:b$"}, r"str:pattern=^a\:b$"),
        ({"type": "string", "default": "x"}, "str:default=x"),
        ({"type": "string", "format": "uuid"}, "uuid"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "string", "format": "duration", "default": "PT1H30M"}, "duration:default=1h30m"),
        ({"type": "string", "format": "password"}, "secret"),
        ({"type": "string", "enum": ["a", "b"]}, "enum:a/b"),
        ({"const": "a"}, "enum:a"),
        ({"type": "integer", "minimum": 1, "exclusiveMaximum": 9}, "int:ge=1:lt=9"),
        ({"type": "integer", "minimum": 0, "default": 3}, "int:ge=0:default=3"),
        ({"type": "number", "exclusiveMinimum": 0.5}, "float:gt=0.5"),
        ({"type": "number", "multipleOf": 0.01, "minimum": 0}, "decimal:ge=0:places=2"),
        ({"type": "boolean", "default": False}, "bool:default=false"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, "list.str:min=1"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, "list.enum:a/b"),
        ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, "set.int"),
        ({"type": "array", "default": []}, "list.json:default=empty"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map.int"),
        ({"type": "object"}, "map.json"),
        ({}, "json"),
        ({"$ref": "#/$defs/Kind"}, "enum:card/iban"),
        ({"title": "A title", "description": "and more", "type": "integer"}, "int"),
    ],
)
def test_a_schema_becomes_a_field(
    service: Project, gen: Gen, source: Source, schema: object, spec: str
) -> None:
    document = {
        "type": "object",
        "required": ["thing"],
        "additionalProperties": False,
        "properties": {"thing": schema},
        "$defs": {"Kind": {"type": "string", "enum": ["card", "iban"]}},
    }

    answer = gen("task", "charge_card", "--from", source(document))

    assert answer.code == 0, answer.err
    assert specs_of(service) == [f"thing:{spec}"]


@pytest.mark.parametrize(
    ("schema", "required", "spec"),
    [
        ({"type": "string"}, [], "str:optional"),
        ({"type": ["string", "null"]}, [], "str:optional"),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}, [], "int:ge=1:optional"),
        ({"type": "string", "default": "x"}, [], "str:default=x"),
        ({"type": ["string", "null"]}, ["thing"], "str:optional"),
    ],
)
def test_what_may_be_missing_is_optional(
    service: Project, gen: Gen, source: Source, schema: object, required: list[str], spec: str
) -> None:
    document = {"type": "object", "required": required, "properties": {"thing": schema}}

    answer = gen("task", "charge_card", "--from", source(document))

    assert specs_of(service) == [f"thing:{spec}"]
    assert ("may be missing as well" in answer.out) == bool(required)


@pytest.mark.parametrize(
    ("schema", "place", "said"),
    [
        ({"type": "string", "format": "email"}, "/properties/a~1b/format", "'email'"),
        ({"type": "string", "contentEncoding": "x"}, "/properties/a~1b/contentEncoding", "cannot"),
        ({"type": "integer", "multipleOf": 3}, "/properties/a~1b/multipleOf", "cannot say that"),
        (
            {"type": "array", "items": {"type": "string", "maxLength": 3}},
            "/items/maxLength",
            "here",
        ),
        ({"type": "array", "items": {"type": "array"}}, "/items", "collection of collections"),
        ({"type": "object", "properties": {}}, "/properties/a~1b", "model of its own"),
        ({"oneOf": []}, "/properties/a~1b/oneOf", "cannot say that"),
        ({"$ref": "other.json"}, "/properties/a~1b/$ref", "not in this document"),
        ({"$ref": "#/$defs/Loop"}, "/properties/a~1b/$ref", "leads to itself"),
        ({"type": ["string", "integer"]}, "/properties/a~1b/type", "is not one type"),
        ({"enum": [1, 2]}, "/properties/a~1b", "texts as its choices"),
        ({"type": "string", "default": "a\\"}, "/properties/a~1b", "backslash"),
        ({"type": "integer", "minimum": "x"}, "/properties/a~1b", "is no number"),
        (False, "/properties/a~1b", "is no schema"),
        ({"type": "string"}, "/properties/a~1b", "cannot name a field"),
    ],
)
def test_what_a_field_cannot_say_is_refused_with_its_pointer(
    service: Project, gen: Gen, source: Source, schema: object, place: str, said: str
) -> None:
    document = {
        "type": "object",
        "properties": {"a/b": schema},
        "$defs": {"Loop": {"$ref": "#/$defs/Loop"}},
    }
    before = tree_of(service.root)

    answer = gen("task", "charge_card", "--from", source(document))

    assert answer.code == 2
    assert place in answer.err.splitlines()[0]
    assert said in answer.err.splitlines()[0]
    assert tree_of(service.root) == before


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"allOf": []}, "#/allOf"),
        ({"additionalProperties": True}, "#/additionalProperties"),
        ({"required": ["other"]}, "'other' is no property"),
        ({"type": "array"}, "#/type"),
    ],
)
def test_what_a_model_cannot_say_is_refused(
    gen: Gen, source: Source, extra: dict[str, object], said: str
) -> None:
    document = {"type": "object", "properties": {"thing": {"type": "string"}}} | extra

    assert said in gen("task", "charge_card", "--from", source(document)).err


def test_a_field_that_is_given_need_not_be_read(service: Project, gen: Gen, source: Source) -> None:
    document = {"type": "object", "properties": {"thing": {"oneOf": []}}}

    assert gen("task", "charge_card", "thing:json", "--from", source(document)).code == 0


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("[1, 2]", "holds a list of 2"),
        ("null", "holds null"),
        ("{}", "an empty object shows no field"),
        ("7", "holds a number"),
        ("{", "is not JSON"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1, "a": 2}', "'a' twice"),
        ('{"aB": 1, "a_b": 2}', "would be the field 'a_b'"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"a": "' + "x" * 1_000_001 + '"}', "larger than 1000000 bytes"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_object_of_json_is_refused(
    service: Project, gen: Gen, source: Source, document: str, said: str
) -> None:
    before = tree_of(service.root)

    answer = gen("task", "charge_card", "--from", source(document))

    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert tree_of(service.root) == before


def test_a_file_that_is_missing_is_refused(gen: Gen) -> None:
    answer = gen("task", "charge_card", "--from", "nothing.json")

    assert (answer.code, "nothing.json cannot be read" in answer.err) == (2, True)


MODELS = '''"""Models."""
import datetime as dt
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field, HttpUrl, JsonValue, field_validator

print("noise")


class Address(BaseModel):
    street: str


class Order(BaseModel):
    id: UUID
    amount: Decimal = Field(gt=0, max_digits=9, decimal_places=2)
    ratio: float = Field(multiple_of=0.01, default=0.5)
    at: dt.datetime = Field(ge=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    kind: Literal["a", "b"] = "a"
    page: HttpUrl
    tags: list[str] = Field(default_factory=list, max_length=3)
    wait: dt.timedelta = dt.timedelta(hours=1)
    more: JsonValue
    home: Address
    homes: list[Address]
    note: str | None = None

    @field_validator("note")
    @classmethod
    def check_note(cls, value: str) -> str:
        return value


class Made(BaseModel):
    id: UUID = Field(default_factory=lambda: 1)


class Plain:
    pass
'''


def test_a_model_of_the_service_says_all_of_its_fields(service: Project, gen: Gen) -> None:
    (service.root / "src/demo_service/shop.py").write_text(MODELS)

    answer = gen("task", "charge_card", "--from", "demo_service.shop:Order")

    assert answer.code == 0, answer.err
    assert "not taken over: check_note" in answer.out
    assert specs_of(service) == [
        "id:uuid",
        "amount:decimal:gt=0:digits=9:places=2",
        "ratio:decimal:places=2:default=0.5",
        r"at:datetime:ge=2020-01-01T00\:00\:00+00\:00",
        "kind:enum:a/b:default=a",
        "page:url",
        "tags:list.str:max=3:default=empty",
        "wait:duration:default=1h",
        "more:json",
        "home:ref.Address",
        "homes:list.ref.Address",
        "note:str:optional",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("demo_service.shop:Ordr", "its models: Address, Made, Order"),
        ("demo_service.shop:Plain", "no pydantic model 'Plain'"),
        ("demo_service.nothing:Order", "No module named 'demo_service.nothing'"),
        ("demo_service.broken:Order", "its import ended with"),
        ("demo_service.shop:Made", "a function makes the default of id"),
    ],
)
def test_a_model_that_cannot_be_read_is_refused(
    service: Project, gen: Gen, name: str, said: str
) -> None:
    (service.root / "src/demo_service/shop.py").write_text(MODELS)
    (service.root / "src/demo_service/broken.py").write_text("import os\nos._exit(7)\n")

    answer = gen("task", "charge_card", "--from", name)

    assert (answer.code, said in answer.err) == (2, True), answer.err
