"""`gen check` follows the models of other modules that the messages of a task or an event hold."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
PACKAGE = "src/demo_service"
MODELS = f"{PACKAGE}/models.py"
CURRENCIES = f"{PACKAGE}/currencies.py"
TASK = f"{PACKAGE}/tasks/charge_card.py"
ORDER = ("task", "charge_card", "price:ref.Money", "more:list.ref.Money:optional")
TEXTS = {
    CURRENCIES: """from enum import StrEnum


class Currency(StrEnum):
    EUR = "EUR"
    USD = "USD"
""",
    MODELS: '''from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from .currencies import Currency

Code = Annotated[str, Field(max_length=9)]


class Tax(BaseModel):
    share: Decimal = Field(ge=Decimal(0))


class Money(BaseModel):
    """An amount."""

    amount: Decimal = Field(gt=Decimal(0))
    currency: Currency = Currency.EUR
    tax: Tax | None = None
    code: Code = "none"
    inner: "Money | None" = None
''',
}


@pytest.fixture(autouse=True)
def models(service: Project) -> None:
    """As in a rendered service, with models that tasks and events share."""
    (service.root / ".gen").mkdir()
    (service.root / service.events).mkdir()
    for path, text in TEXTS.items():
        (service.root / path).write_text(text)


def edit(service: Project, old: str, new: str, path: str = MODELS) -> None:
    place = service.root / path
    text = place.read_text()
    assert old in text
    place.write_text(text.replace(old, new, 1))


def findings(gen: Gen) -> list[tuple[str, str]]:
    found = json.loads(gen("check", "--json").out)["findings"]
    return [(each["place"], each["problem"]) for each in found]


def line_of(service: Project, words: str, path: str = MODELS) -> str:
    lines = (service.root / path).read_text().splitlines()
    return f"{path}:{next(n for n, line in enumerate(lines, start=1) if words in line)}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gt=Decimal(0)", "gt=Decimal(10)", "'args.price.amount' takes less: gt=0 became gt=10"),
        ("amount: Decimal", "amount: int", "'args.price.amount' was Decimal and is int now"),
        (
            "    code: Code",
            "    unit: str\n    code: Code",
            "the new field 'args.price.unit' has no default",
        ),
        ("ge=Decimal(0)", "ge=Decimal(1)", "'args.price.tax.share' takes less: ge=0 became ge=1"),
        ("tax: Tax | None = None", "tax: Tax", "'args.price.tax' was Tax | None and is Tax now"),
    ],
)
def test_a_field_that_takes_less_is_told_with_task_path_and_place(
    service: Project, gen: Gen, old: str, new: str, said: str
) -> None:
    gen(*ORDER)
    edit(service, old, new)

    line = new.splitlines()[0] if "Decimal(1" not in new else new
    told = [problem for place, problem in findings(gen) if place == line_of(service, line)]
    assert all(problem.startswith("task charge_card: ") for problem in told)
    assert any(said in problem for problem in told)


def test_each_field_that_holds_the_model_is_told(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    edit(service, "gt=Decimal(0)", "gt=Decimal(10)")

    problems = [problem for _, problem in findings(gen)]

    assert any("'args.price.amount'" in problem for problem in problems)
    assert any("'args.more.amount'" in problem for problem in problems)


@pytest.mark.parametrize(
    ("path", "old", "new", "field"),
    [
        (CURRENCIES, '    USD = "USD"\n', "", "currency"),
        (MODELS, "max_length=9", "max_length=5", "code"),
    ],
    ids=["a choice that is gone", "an alias that takes less"],
)
def test_an_enum_and_an_alias_behind_a_model_are_followed(
    service: Project, gen: Gen, path: str, old: str, new: str, field: str
) -> None:
    gen(*ORDER)
    edit(service, old, new, path)

    assert any(f"'args.price.{field}' is another" in problem for _, problem in findings(gen))


def test_a_field_that_is_gone_is_told_at_its_model(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    edit(service, "    tax: Tax | None = None\n", "")

    found = findings(gen)

    assert (line_of(service, "class Money"), found[0][1]) == found[0]
    assert "task charge_card: the field 'args.price.tax' is gone" in found[0][1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("gt=Decimal(0)", "ge=Decimal(0)"),
        ("    tax: Tax", '    """Of the shop."""\n\n    unit: str = "1"\n    tax: Tax'),
        ("class Tax(BaseModel):", "class Tax(BaseModel):\n    def of(self) -> None: ...\n"),
        ("from .currencies", "from demo_service.currencies"),
        ("from .currencies import Currency\n", TEXTS[CURRENCIES]),
    ],
    ids=["limit widened", "field added", "method added", "imported otherwise", "moved here"],
)
def test_what_every_queued_message_fits_is_let_pass(
    service: Project, gen: Gen, old: str, new: str
) -> None:
    gen(*ORDER)
    edit(service, old, new)

    assert findings(gen) == []


def test_a_model_that_moves_to_a_shared_module_is_compared_there(
    service: Project, gen: Gen
) -> None:
    (service.root / service.tasks / "legacy.py").write_text(
        "from pydantic import BaseModel\nfrom ..chassis import TaskArgs, task\n\n\n"
        "class Box(BaseModel):\n    a: int\n\n\nclass SyncArgs(TaskArgs):\n    box: Box\n\n\n"
        "@task()\nasync def sync(args: SyncArgs, context): ...\n"
    )
    legacy = f"{service.tasks}/legacy.py"
    gen("adopt", f"{legacy}::sync")
    (service.root / PACKAGE / "boxes.py").write_text(
        "from pydantic import BaseModel\n\n\nclass Box(BaseModel):\n    a: int\n"
    )
    edit(service, "class Box(BaseModel):\n    a: int\n", "", legacy)
    edit(service, "from ..chassis", "from ..boxes import Box\nfrom ..chassis", legacy)
    assert findings(gen) == []

    edit(service, "a: int", "a: bool", f"{PACKAGE}/boxes.py")

    assert findings(gen) == [
        (
            f"{PACKAGE}/boxes.py:5",
            "task sync: 'args.box.a' was int and is bool now: queued messages may not fit",
        )
    ]


@pytest.mark.parametrize("left", ["", "class Money(:\n", None], ids=["empty", "broken", "gone"])
def test_a_model_that_cannot_be_found_is_left_alone(
    service: Project, gen: Gen, left: str | None
) -> None:
    gen(*ORDER)
    place: Path = service.root / MODELS
    if left is None:
        place.unlink()
    else:
        place.write_text(left)

    assert not [problem for _, problem in findings(gen) if "queued" in problem]


def test_a_note_of_an_earlier_gen_which_kept_no_models_is_read_as_before(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    (service.root / ".gen/base/task-charge_card/models.base").unlink()
    edit(service, "gt=Decimal(0)", "gt=Decimal(10)")
    assert findings(gen) == []

    edit(service, "price: Money", "price: Money | None = None", TASK)
    assert findings(gen) == []

    edit(service, "price: Money | None = None", "price: int", TASK)
    assert any("was Money and is int now" in problem for _, problem in findings(gen))


def test_a_run_in_between_takes_no_narrower_model_for_the_earlier_one(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    edit(service, "gt=Decimal(0)", "gt=Decimal(10)")

    assert gen("field", "charge_card", "note:str:optional").code == 0
    assert gen("rename", "task", "charge_card", "bill_card").code == 0
    gen("upgrade")

    assert any("'args.price.amount'" in problem for _, problem in findings(gen))
    assert not (service.root / ".gen/base/task-charge_card").exists()


def test_once_the_queues_have_drained_the_models_are_accepted_as_they_are(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    edit(service, "gt=Decimal(0)", "gt=Decimal(10)")

    assert gen("check", "--accept").code == 0
    assert findings(gen) == []

    edit(service, "gt=Decimal(10)", "gt=Decimal(20)")
    assert any("gt=10 became gt=20" in problem for _, problem in findings(gen))


def test_events_are_followed_too_and_a_field_less_is_nothing_to_the_event_itself(
    service: Project, gen: Gen
) -> None:
    gen("event", "order_paid", "price:ref.Money")
    edit(service, "gt=Decimal(0)", "gt=Decimal(10)")

    ((place, problem),) = findings(gen)

    assert place == line_of(service, "gt=Decimal(10)")
    assert problem.startswith("event order_paid: 'event.price.amount' takes less")


def test_two_models_of_one_name_are_told_apart(service: Project, gen: Gen) -> None:
    (service.root / PACKAGE / "shop.py").write_text(
        "from pydantic import BaseModel\n\n\nclass Money(BaseModel):\n    cents: int\n\n\n"
        "class Basket(BaseModel):\n    total: Money | None = None\n"
    )
    gen("task", "charge_card", "basket:ref.Basket", "price:ref.models.Money")
    assert findings(gen) == []

    edit(service, "cents: int", "cents: bool", f"{PACKAGE}/shop.py")

    ((place, problem),) = findings(gen)
    assert place == f"{PACKAGE}/shop.py:5"
    assert "'args.basket.total.cents' was int and is bool now" in problem


def test_a_second_run_and_destroy_know_what_was_kept(service: Project, gen: Gen) -> None:
    before = tree_of(service.root)
    gen(*ORDER)
    made = tree_of(service.root)

    assert gen(*ORDER).code == 0
    assert tree_of(service.root) == made

    assert gen("destroy", "task", "charge_card").code == 0
    assert {path for path, (text, _) in tree_of(service.root).items() if text != b"folder"} == {
        path for path, (text, _) in before.items() if text != b"folder"
    }


def test_a_task_deep_in_its_room_is_followed_as_well(service: Project, gen: Gen) -> None:
    deep = service.root / service.tasks / "shop" / "legacy.py"
    deep.parent.mkdir()
    deep.write_text(
        "from ...chassis import TaskArgs, task\nfrom ...models import Money\n\n\n"
        "class SyncArgs(TaskArgs):\n    price: Money\n\n\n"
        "@task()\nasync def sync(args: SyncArgs, context): ...\n"
    )
    assert gen("adopt", f"{service.tasks}/shop/legacy.py::sync").code == 0
    edit(service, "gt=Decimal(0)", "gt=Decimal(10)")

    assert ["task sync: 'args.price.amount'" in problem for _, problem in findings(gen)] == [True]
