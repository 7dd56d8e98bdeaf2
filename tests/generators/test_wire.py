"""Which edits of a model let queued messages pass, and which are told."""

import pytest

from valkey_chassis.wire import breaks
from valkey_chassis.wire_models import model_of

HEAD = """
import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from pydantic import BaseModel, Field
"""


def told(before: str, after: str, *, head: str = HEAD, later_head: str = "") -> list[str]:
    models = [
        model_of(f"{first}\nclass Args(BaseModel):\n    {body}\n", "Args")
        for first, body in ((head, before), (later_head or head, after))
    ]
    was, now = models
    assert was is not None
    assert now is not None
    return [reason for *_, reason in breaks(was, now)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: int = Field(gt=10)", "a: int = Field(gt=0)"),
        ("a: int = Field(gt=0)", "a: int"),
        ("a: int = Field(gt=0)", "a: int = Field(ge=0)"),
        ("a: int = Field(ge=0, gt=5)", "a: int = Field(ge=1)"),
        ("a: str = Field(max_length=5)", "a: str = Field(max_length=50)"),
        ("a: str = Field(min_length=5)", "a: str = Field(min_length=0)"),
        ("a: str = Field(pattern='x')", "a: str"),
        ("a: Literal['x', 'y']", "a: Literal['y', 'z', 'x']"),
        ("a: int", "a: int | None"),
        ("a: int", "a: Annotated[int, Field(description='how many')] = 3"),
        ("a: list[int]", "a: list[int | None]"),
        ("a: dict[str, Literal['x']]", "a: dict[str, Literal['x', 'y']]"),
        ("a: int\n    b: str", "b: str\n    a: int"),
        ("a: Decimal = Field(max_digits=6, decimal_places=2)", "a: Decimal = Field(max_digits=8)"),
        (
            "a: dt.date = Field(ge=dt.date(2026, 1, 1))",
            "a: dt.date = Field(ge=dt.date(2025, 1, 1))",
        ),
        ("a: int = Field(examples=[1])", "a: int = Field(examples=[2], repr=False)"),
    ],
)
def test_what_takes_more_is_let_pass(before: str, after: str) -> None:
    assert told(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("a: int = Field(gt=0)", "a: int = Field(gt=10)", "gt=0 became gt=10"),
        ("a: int = Field(ge=0)", "a: int = Field(gt=0)", "ge=0 became gt=0"),
        ("a: int", "a: int = Field(lt=5)", "no such limit became lt=5"),
        ("a: int", "a: Annotated[int, Field(lt=5)]", "no such limit became lt=5"),
        ("a: str = Field(max_length=9)", "a: str = Field(max_length=8)", "max_length=8"),
        ("a: str", "a: str = Field(min_length=1)", "min_length=1"),
        ("a: str = Field(pattern='x')", "a: str = Field(pattern='y')", "pattern=x became"),
        ("a: Literal['x', 'y']", "a: Literal['x']", "was Literal['x', 'y']"),
        ("a: int | None", "a: int", "was int | None and is int now"),
        ("a: list[int | None]", "a: list[int]", "was list[int | None]"),
        ("a: int", "a: float", "was int and is float"),
        ("a: int = 3", "a: int", "lost its default"),
        ("a: int", "a: int\n    b: str = Field(max_length=3)", "'b' has no default"),
        (
            "a: Decimal = Field(max_digits=6, decimal_places=2)",
            "a: Decimal = Field(max_digits=6, decimal_places=4)",
            "decimal_places=4",
        ),
        ("a: dt.date", "a: dt.date = Field(ge=dt.date(2026, 1, 1))", "ge=2026-01-01"),
        ("a: int = Field(gt=LEAST)", "a: int = Field(gt=MOST)", "gt=LEAST became gt=MOST"),
        ("a: int", "a: int = Field(strict=True)", "strict=True"),
        ("a: int", "a: Annotated[int, CHECKED]", "annotated otherwise"),
        ("a: int", "model_config = {'strict': True}\n    a: int", "it was built on"),
    ],
)
def test_what_may_refuse_a_queued_message_is_told(before: str, after: str, reason: str) -> None:
    (found,) = told(before, after)

    assert reason in found


@pytest.mark.parametrize(
    ("was", "now", "breaking"),
    [
        ("class T(StrEnum):\n    A = 'a'", "class T(StrEnum):\n    A = 'a'\n    B = 'b'", False),
        ("class T(StrEnum):\n    A = 'a'\n    B = 'b'", "class T(StrEnum):\n    A = 'a'", True),
        (
            "class T(BaseModel):\n    b: int",
            "class T(BaseModel):\n    b: int\n    c: int = 1",
            False,
        ),
        ("class T(BaseModel):\n    b: int", "class T(BaseModel):\n    b: int\n    c: int", True),
        (
            "class T(BaseModel):\n    b: 'int'\n    t: T | None",
            "class T(BaseModel):\n    b: 'int'\n    t: T | None",
            False,
        ),
        ("T = Annotated[int, Field(gt=0)]", "T = Annotated[int, Field(gt=9)]", True),
    ],
)
def test_what_the_module_defines_itself_is_followed(was: str, now: str, breaking: bool) -> None:
    found = told("a: list[T]", "a: list[T]", head=f"{HEAD}{was}\n", later_head=f"{HEAD}{now}\n")

    assert bool(found) is breaking


def test_fields_of_a_base_in_the_same_module_belong_to_the_model() -> None:
    before = model_of("class B(X):\n    a: int\nclass Args(B):\n    b: int\n", "Args")
    after = model_of("class B(X):\n    a: str\nclass Args(B):\n    b: int\n", "Args")

    assert before is not None
    assert after is not None
    assert [line for _, line, _ in breaks(before, after)] == [2]


def test_an_event_may_lose_a_field_since_readers_ignore_what_they_do_not_know() -> None:
    before = model_of("class Paid(Event):\n    a: int\n    b: int\n", "Paid")
    after = model_of("class Paid(Event):\n    a: int\n", "Paid")

    assert before is not None
    assert after is not None
    assert not list(breaks(before, after, ignores_extra=True))
    assert list(breaks(before, after))


def test_models_that_lead_to_one_another_by_ever_more_paths_are_compared_in_time() -> None:
    chain = "".join(
        f"class M{level}(BaseModel):\n    a: M{level + 1}\n    b: list[M{level + 1}]\n"
        for level in range(40)
    )
    head, later = (
        f"{HEAD}class M40(BaseModel):\n    x: {kind}\n{chain}" for kind in ("int", "str")
    )

    assert not told("a: M0", "a: M0", head=head)
    assert told("a: M0", "a: M0", head=head, later_head=later)
