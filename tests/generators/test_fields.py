"""What field specs become, and where a wrong one is pointed at."""

import datetime as dt

import pytest
from pydantic import TypeAdapter

from valkey_chassis.errors import Refusal
from valkey_chassis.fields import parse_field, parse_fields
from valkey_chassis.fields.json_form import shown
from valkey_chassis.fields.literals import read_duration, write_duration


@pytest.mark.parametrize(
    ("spec", "source"),
    [
        ("note", "note: str"),
        ("user_id:uuid", "user_id: UUID"),
        (
            "amount:decimal:gt=0:digits=12:places=2",
            "amount: Decimal = Field(gt=Decimal(0), max_digits=12, decimal_places=2)",
        ),
        ("total:money", "total: Decimal = Field(max_digits=18, decimal_places=4)"),
        ("note:str:optional:max=200", "note: str | None = Field(default=None, max_length=200)"),
        ("note:str?", "note: str | None = None"),
        ("kind:enum:card/iban:default=card", 'kind: Literal["card", "iban"] = "card"'),
        ("tries:int:ge=0:le=5:default=3", "tries: int = Field(default=3, ge=0, le=5)"),
        ("ratio:float:gt=0:le=1", "ratio: float = Field(gt=0.0, le=1.0)"),
        ("tags:list.str:min=1:max=8", "tags: list[str] = Field(min_length=1, max_length=8)"),
        ("ids:set.uuid", "ids: set[UUID]"),
        ("counts:map.int:default=empty", "counts: dict[str, int] = Field(default_factory=dict)"),
        ("ways:list.enum:sea/air", 'ways: list[Literal["sea", "air"]]'),
        ("name:str:redact", "name: str = Field(repr=False)"),
        ("at:datetime", "at: AwareDatetime"),
        (
            r"at:datetime:ge=2026-01-31T09\:30\:00+01\:00",
            "at: AwareDatetime = Field(ge=dt.datetime(2026, 1, 31, 8, 30, tzinfo=dt.UTC))",
        ),
        ("date:date:optional", "date: dt.date | None = None"),
        ("ttl:duration:default=24h", "ttl: dt.timedelta = dt.timedelta(hours=24)"),
        (
            r"cb:url:default=https\://example.org/x",
            'cb: HttpUrl = HttpUrl("https://example.org/x")',
        ),
        ("blob:bytes", "blob: Base64Bytes"),
        ("meta:json", "meta: JsonValue"),
        (r"code:str:pattern=^[A-Z]{3}-\d+$", r'code: str = Field(pattern=r"^[A-Z]{3}-\d+$")'),
        ("city:str:example=Berlin", 'city: str = Field(examples=["Berlin"])'),
        (r"said:str:default=a\:b", 'said: str = "a:b"'),
        ("live:bool:default=true", "live: bool = True"),
    ],
)
def test_a_spec_becomes_a_line_of_a_model(spec: str, source: str) -> None:
    field = parse_field(spec)

    assert f"{field.name}: {field.annotation}{field.assignment}" == source


@pytest.mark.parametrize(
    ("spec", "column", "said"),
    [
        ("a:decimel", 2, "did you mean 'decimal'?"),
        ("a:email", 2, "there is no type 'email'"),
        ("a:lst.str", 2, "did you mean 'list.str'?"),
        ("a:list.list.str", 2, "there is no type"),
        ("a:list", 2, "say of what: list.str"),
        ("a:str:mx=3", 6, "did you mean 'max'?"),
        ("a:int:pattern=x", 6, "'pattern' is not for int"),
        ("a:int:ge=x", 9, "a whole number"),
        ("a:int:ge=\u0663", 9, "not plain ASCII"),
        ("a:int:default=1.5", 14, "a whole number"),
        ("a:float:default=nan", 16, "a number such as"),
        ("a:date:default=2026-02-30", 15, "a day that exists"),
        (r"a:datetime:default=2026-01-31T08\:30\:00", 19, "offset is missing"),
        ("a:int:ge=5:default=3", 11, "breaks ge=5"),
        ("a:str:max=2:default=abc", 12, "breaks max=2"),
        ("a:decimal:places=1:default=0.25", 19, "breaks places=1"),
        ("a:money:default=0.00001", 8, "breaks the places of money"),
        ("a:str:pattern=[A-Z]+:default=x", 21, "breaks pattern"),
        ("a:enum:x/y:default=z", 19, "one of x, y"),
        ("a:enum", 6, "needs its choices"),
        ("a:enum:default=x", 7, "needs its choices"),
        ("a:enum:x/x", 7, "different choices"),
        ("a:enum:é/b", 7, "not plain ASCII"),
        ("a:enum:+/b", 7, "letters, digits"),
        ("a:list.enum:x y", 12, "letters, digits"),
        ("a:int:gt=3:lt=4", 6, "no value found"),
        ("a:str:min=5:max=2", 6, "no value found"),
        ("a:set.bool:min=3", 11, "no value found"),
        ("a:set.json", 2, "cannot hold json"),
        ("a:int:gt=1:ge=2", 11, "exclude each other"),
        ("a:int:gt=1:gt=2", 11, "given twice"),
        ("a:int:optional=yes", 6, "takes no value"),
        ("a:int:gt", 6, "needs a value"),
        ("a:str:pattern=(", 14, "regular expression"),
        ("a:str:pattern=(?=x)", 14, "regular expression"),
        ("a:secret:default=x", 9, "not for secret"),
        ("api_token:str:default=x", 14, "secret in source code"),
        ("list:list.int", 0, "hide the type"),
        ("a-b:int", 1, "'a_b'"),
        ("é:int", 0, "not plain ASCII"),
        ("a:str:default=\x1b[0m", 14, "not plain ASCII"),
    ],
)
def test_a_wrong_spec_is_refused_at_its_column(spec: str, column: int, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_field(spec)

    assert said in f"{caught.value.problem}; {caught.value.way_out}"
    assert (caught.value.argument, caught.value.column) == (spec, column)


def test_two_fields_of_one_name_are_refused() -> None:
    with pytest.raises(Refusal, match="'a' is given twice"):
        parse_fields(["a:int", "a:str"])


def test_a_pattern_that_no_text_was_found_for_asks_for_an_example() -> None:
    with pytest.raises(Refusal) as caught:
        parse_field("a:str:pattern=^[0-9]+[a-z]+$:min=7:max=7")

    assert "example=VALUE" in caught.value.way_out
    field = parse_field("a:str:pattern=^[0-9]+[a-z]+$:min=7:max=7:example=1234abc")
    assert field.sample == "1234abc"


@pytest.mark.parametrize("text", ["500ms", "30s", "90m", "24h", "7d", "1h30m", "0s"])
def test_durations_are_written_in_the_largest_unit_that_fits(text: str) -> None:
    written = write_duration(read_duration(text))

    assert eval(written, {"dt": dt}) == read_duration(text)
    assert written.count("=") == 1


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (dt.timedelta(seconds=1), "PT1S"),
        (dt.timedelta(seconds=-1.5), "-PT1.5S"),
        (dt.timedelta(days=-1), "-PT86400S"),
        (dt.timedelta(0), "PT0S"),
    ],
)
def test_a_duration_has_the_form_that_models_read(value: dt.timedelta, form: str) -> None:
    assert shown(value) == form
    assert TypeAdapter(dt.timedelta).validate_python(form) == value
