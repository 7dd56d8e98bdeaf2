"""Fields of a model that the service has: which one is meant, its sample, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
MODELS = '''"""Shared models."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, SecretStr, field_validator

from .chassis import Secret


class Colour(StrEnum):
    RED = "red"


class Address(BaseModel):
    street: str = Field(min_length=12)
    zip_code: Annotated[str, Field(pattern=r"^[0-9]{5}$")]
    country: Literal["DE", "AT"]
    floor: int | None = None


class Party(BaseModel):
    id: UUID


class Customer(Party):
    home: Address
    others: list[Address]
    limit: Decimal = Field(gt=Decimal(0), max_digits=8, decimal_places=2)
    colour: Colour
    nick: str | None


class Login(BaseModel):
    password: Secret


class Starred(BaseModel):
    password: SecretStr


class Judged(BaseModel):
    iban: str

    @field_validator("iban")
    @classmethod
    def check(cls, value: str) -> str:
        return value


class Shown(Judged):
    iban: str = Field(examples=["DE02"])


class Hidden(Judged, Login):
    more: str


class Timed(BaseModel):
    day: dt.date = Field(ge=dt.date(2030, 1, 1))
    at: AwareDatetime = Field(gt=dt.datetime(2030, 1, 1, 8, 30, tzinfo=dt.UTC))
    wait: dt.timedelta = Field(gt=dt.timedelta(hours=1))


class Renamed(BaseModel):
    order: str = Field(alias="orderId")


class Strange(BaseModel):
    when: "Whenever"


class Endless(BaseModel):
    inner: "Endless"


class Party(Party):
    more: str


class Round(Around, BaseModel):
    a: int


class Around(Round):
    b: int


class Plain:
    pass
'''


@pytest.fixture(autouse=True)
def models(service: Project) -> Path:
    """A module of shared models beside the rooms."""
    path = service.root / "src/demo_service/models.py"
    path.write_text(MODELS)
    return path


def text(service: Project, path: str) -> str:
    return (service.root / path).read_text()


def test_a_model_is_imported_relatively_in_the_module_and_absolutely_in_its_test(
    service: Project, gen: Gen
) -> None:
    assert gen("task", "charge_card", "home:ref.Address", "by:map.ref.Address").code == 0

    module = text(service, "src/demo_service/tasks/charge_card.py")
    test = text(service, "tests/tasks/test_charge_card.py")
    assert (
        "from ..chassis import TaskArgs, TaskContext, TaskResult, task\nfrom ..models import Address\n"
        in module
    )
    assert "    home: Address\n    by: dict[str, Address]\n" in module
    assert "from demo_service.models import Address\nfrom demo_service.tasks" in test


def test_the_sample_of_a_model_is_made_from_its_own_fields(service: Project, gen: Gen) -> None:
    assert gen("task", "charge_card", "customer:ref.Customer").code == 0

    test = "".join(text(service, "tests/tasks/test_charge_card.py").split())
    assert 'home=Address(street="xxxxxxxxxxxx",zip_code="00000",country="DE")' in test
    assert "Customer(id=UUID(" in test
    assert 'limit=Decimal("9.99"),colour=Colour.RED,nick=None' in test


def test_a_model_of_the_same_room_is_imported_from_beside(service: Project, gen: Gen) -> None:
    gen("task", "book_seat", "seat:int")

    assert gen("task", "charge_card", "booked:ref.BookSeatArgs").code == 0

    module = text(service, "src/demo_service/tasks/charge_card.py")
    assert "\nfrom .book_seat import BookSeatArgs\n" in module


def test_imports_of_one_module_are_merged_into_one_line(service: Project, gen: Gen) -> None:
    (service.root / service.tasks / "models.py").write_text(
        "from pydantic import BaseModel\n\n\nclass Seat(BaseModel):\n    row: int\n"
    )
    gen("task", "book_seat", "seat:ref.Seat", "home:ref.Address")

    assert gen("endpoint", "shop_seats", "--task", "book_seat").code == 0

    assert "from demo_service.models import Address\nfrom demo_service.tasks.book_seat import" in (
        text(service, "tests/endpoints/test_shop_seats.py")
    )


def test_an_event_and_its_listener_take_models_too(service: Project, gen: Gen) -> None:
    assert gen("event", "card_charged", "home:ref.Address").code == 0
    assert gen("listener", "note_charge", "--on", "card_charged").code == 0

    assert "from ..models import Address\n" in text(
        service, "src/demo_service/events/card_charged.py"
    )
    assert "from demo_service.models import Address" in text(
        service, "tests/events/test_note_charge.py"
    )


def test_the_answer_is_a_sample_where_it_is_no_argument(service: Project, gen: Gen) -> None:
    assert gen("task", "charge_card", "--result", "home:ref.Address").code == 0

    module = text(service, "src/demo_service/tasks/charge_card.py")
    assert "from ..models import Address\n" in module
    assert 'home=Address(street="xxxxxxxxxxxx"' in "".join(module.split()).replace("(\n", "(")


def test_a_second_run_has_nothing_to_do(service: Project, gen: Gen) -> None:
    gen("task", "charge_card", "home:ref.Address")
    before = tree_of(service.root)

    assert "nothing to do" in gen("task", "charge_card", "home:ref.Address").out
    assert tree_of(service.root) == before


@pytest.mark.parametrize(
    ("spec", "column", "said"),
    [
        ("a:ref.Custmer", 2, "did you mean 'Customer'?"),
        ("a:ref.Custmer", 2, "Address (src/demo_service/models.py:18)"),
        ("a:list.ref.Nothing", 7, "no pydantic model 'Nothing'"),
        ("a:ref.Plain", 2, "no pydantic model 'Plain'"),
        ("a:ref.Colour", 2, "no pydantic model 'Colour'"),
        ("a:ref", 2, "names no model"),
        ("a:ref.", 2, "names no model"),
        ("a:ref.customer", 2, "names no model"),
        ("a:set.ref.Address", 2, "use list.ref.Address"),
        ("a:ref.Address:default=x", 14, "'default' is not for ref.Address"),
        ("a:ref.Judged", 2, "Judged.iban (models.py:46): a validator judges it"),
        ("a:ref.Renamed", 2, "Renamed has alias"),
        ("a:ref.Strange", 2, "its type Whenever is not one that gen knows"),
        ("a:ref.Endless", 2, "more than 5 models deep"),
        ("a:ref.Starred", 2, "as stars"),
        ("a:list.ref.Party", 7, "'Party' is defined 2 times"),
        ("a:ref.models.Party", 2, "give one of them another name"),
    ],
)
def test_what_cannot_be_referred_to_is_refused_at_its_column(
    service: Project, gen: Gen, spec: str, column: int, said: str
) -> None:
    before = tree_of(service.root)

    answer = gen("task", "charge_card", spec)

    assert answer.code == 2
    assert said in answer.err
    assert answer.err.splitlines()[2] == f"  {' ' * column}^"
    assert tree_of(service.root) == before


@pytest.mark.parametrize(
    "spec",
    ["a:ref.Around", "a:ref.Shown", "a:ref.Judged:optional", "a:list.ref.Judged:default=empty"],
)
def test_what_the_refusal_proposes_is_accepted(gen: Gen, spec: str) -> None:
    assert gen("task", "charge_card", spec).code == 0


def test_a_name_that_two_modules_have_asks_which(service: Project, gen: Gen) -> None:
    (service.root / "src/demo_service/shop.py").write_text(
        "from pydantic import BaseModel\n\n\nclass Address(BaseModel):\n    line: str\n"
    )

    answer = gen("task", "charge_card", "a:ref.Address")

    assert "src/demo_service/models.py:18, src/demo_service/shop.py:4" in answer.err
    assert "ref.models.Address or ref.shop.Address" in answer.err
    assert gen("task", "charge_card", "a:ref.shop.Address").code == 0
    assert gen("task", "book_seat", "a:ref.shop.Address", "b:ref.models.Address").code == 2


def test_a_model_whose_module_imports_this_one_is_refused(
    service: Project, gen: Gen, models: Path
) -> None:
    gen("task", "charge_card")
    (service.root / "src/demo_service/billing.py").write_text(
        "from .tasks.charge_card import charge_card\n"
    )
    models.write_text(f"from . import billing\n{MODELS}")

    answer = gen("task", "charge_card", "home:ref.Address")

    assert answer.code == 2
    assert "imports tasks.charge_card, which is this one" in answer.err


def test_its_own_arguments_are_no_model_to_refer_to(gen: Gen) -> None:
    gen("task", "charge_card", "a:int")

    assert "its module is this one" in gen("task", "charge_card", "b:ref.ChargeCardArgs").err


def test_events_refer_to_nothing_in_tasks(gen: Gen) -> None:
    gen("task", "charge_card", "a:int")

    assert (
        "from which events do not import"
        in gen("event", "card_charged", "b:ref.ChargeCardArgs").err
    )


def test_limits_of_time_are_weighed_as_gen_writes_them(service: Project, gen: Gen) -> None:
    assert gen("task", "close_day", "timed:ref.Timed").code == 0

    test = text(service, "tests/tasks/test_close_day.py")
    assert "day=dt.date(2030, 1, 1)" in test
    assert "at=dt.datetime(2030, 1, 1, 8, 30, 1, tzinfo=dt.UTC)" in test
    assert "wait=dt.timedelta(seconds=3601)" in test


def test_a_model_named_as_something_generated_is_refused(
    service: Project, gen: Gen, models: Path
) -> None:
    models.write_text(
        "from pydantic import BaseModel\n\n\nclass Priority(BaseModel):\n    level: int\n"
    )

    assert "would hide another Priority" in gen("task", "charge_card", "a:ref.Priority").err


def test_a_service_without_models_says_so(service: Project, gen: Gen, models: Path) -> None:
    models.unlink()

    assert "it has none yet" in gen("task", "charge_card", "a:ref.Customer").err
