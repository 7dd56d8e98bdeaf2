"""`gen check` goes on behind what it cannot read, and sees what an edit does to queued messages."""

import json
from collections.abc import Callable

import pytest

from generators.bare_service import Answer
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = ("task", "charge_card", "amount:decimal:gt=0", "kind:enum:card/iban:default=card")
MODULE = "src/demo_service/tasks/charge_card.py"


@pytest.fixture(autouse=True)
def notes(service: Project) -> None:
    """As in a rendered service."""
    (service.root / ".gen").mkdir()
    (service.root / service.events).mkdir()


def edit(service: Project, old: str, new: str, path: str = MODULE) -> None:
    place = service.root / path
    text = place.read_text(encoding="utf-8")
    assert old in text
    place.write_text(text.replace(old, new), encoding="utf-8")


def findings(gen: Gen) -> dict[str, str]:
    answer = gen("check", "--json")
    found = json.loads(answer.out)["findings"]
    assert answer.code == (3 if found else 0)
    return {each["place"].rpartition("/")[2]: each["problem"] for each in found}


def test_what_cannot_be_read_is_told_beside_all_else(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    for name in ("close_day", "open_day"):
        gen("task", name)
    (service.root / MODULE).write_text("def charge_card(:\n")
    (service.root / service.tasks / "close_day.py").write_bytes(b"\xff\xfe")
    (service.root / service.items / "task-open_day.toml").write_text("kind = ")
    (service.root / service.task_tests / "test_close_day.py").unlink()

    found = findings(gen)

    assert "is not Python" in found["charge_card.py:1"]
    assert "not UTF-8" in found["close_day.py"]
    assert "gone" in found["test_close_day.py"]
    assert "cannot be read" in found["task-open_day.toml"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gt=Decimal(0)", "gt=Decimal(10)", "gt=0 became gt=10"),
        ('"card", "iban"', '"card"', "was Literal['card', 'iban']"),
        ("class ChargeCardArgs(TaskArgs)", "class ChargeCardArgs(OtherArgs)", "built on TaskArgs"),
        ("async def charge_card", "async def charge", "messages of charge_card may be queued"),
    ],
)
def test_an_edit_that_queued_messages_may_not_fit_is_told(
    service: Project, gen: Gen, old: str, new: str, said: str
) -> None:
    gen(*ORDER)
    edit(service, old, new)

    assert any(said in problem for problem in findings(gen).values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"card", "iban"', '"card", "iban", "cash"'),
        ("amount: Decimal", "amount: Decimal | None"),
        ("ChargeCardArgs", "ChargeInput"),
        ("async def charge_card", "async def charge"),
    ],
    ids=["choice added", "made optional", "class renamed", "function renamed under its old name"],
)
def test_an_edit_that_every_queued_message_fits_is_let_pass(
    service: Project, gen: Gen, old: str, new: str
) -> None:
    gen(*ORDER)
    edit(service, old, new)
    if new == "async def charge":
        edit(service, '@task(queue="default"', '@task(queue="default", name="charge_card"')

    assert findings(gen) == {}


def test_an_event_is_held_to_the_same(service: Project, gen: Gen) -> None:
    gen("event", "order_paid", "order_id:uuid")
    module = "src/demo_service/events/order_paid.py"

    edit(service, "order_id: UUID", "order_id: UUID\n    total: int", module)
    assert any("'total' has no default" in problem for problem in findings(gen).values())

    assert gen("check", "--accept").code == 0
    assert findings(gen) == {}

    edit(service, 'name="order_paid"', 'name="order_settled"', module)
    assert "messages of order_paid may be queued" in findings(gen)["order_paid.py"]


def test_a_kept_text_without_a_note_is_told(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    (service.root / service.items / "task-charge_card.toml").unlink()

    found = findings(gen)

    assert found.keys() == {
        "charge_card.md.base",
        "charge_card.py.base",
        "test_charge_card.py.base",
    }


def test_a_note_that_this_gen_could_not_make_is_told(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    note = ".gen/items/task-charge_card.toml"
    edit(service, "[options]\n", '[options]\nteleport = "far"\n', note)

    assert "--teleport" in findings(gen)["task-charge_card.toml"]
