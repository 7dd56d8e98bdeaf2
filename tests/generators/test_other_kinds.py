"""Schedules, events, listeners and endpoints: what is written, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]


@pytest.fixture(autouse=True)
def folders(service: Project) -> None:
    """As in a rendered service."""
    for folder in (".gen", "src/demo_service/events", "src/demo_service/endpoints"):
        (service.root / folder).mkdir()
    hand_written = 'class StockMoved(Event, name="stock_moved"):\n    place: str\n'
    (service.root / "src/demo_service/events/stock.py").write_text(hand_written)


def text(service: Project, path: str) -> str:
    return (service.root / "src" / "demo_service" / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("when", "written"),
    [
        (("30m",), "every=dt.timedelta(minutes=30)"),
        (("0 3 * * mon-fri",), 'cron="0 3 * * mon-fri"'),
        (
            ("0 3 * * *", "--timezone", "Europe/Berlin"),
            'cron="0 3 * * *", timezone="Europe/Berlin"',
        ),
    ],
)
def test_a_schedule_is_a_task_that_says_when(
    service: Project, gen: Gen, when: tuple[str, ...], written: str
) -> None:
    assert gen("schedule", "close_books", when[0], "day:date:optional", *when[1:]).code == 0

    assert f'@task(queue="default", {written})' in text(service, "tasks/close_books.py")
    assert "--schedule" in gen("show", "task", "close_books").out


def test_a_task_may_have_a_schedule_too(service: Project, gen: Gen) -> None:
    gen("task", "close_books", "--schedule", "1h")

    assert "every=dt.timedelta(hours=1)" in text(service, "tasks/close_books.py")


@pytest.mark.parametrize(
    ("paying", "account"),
    [
        (("--credits", "3"), "close_books 3000"),
        (("--credits", "3", "--credit-type", "books"), "books 3000"),
    ],
)
def test_who_pays_for_a_schedule_is_told_with_the_command_that_lets_it(
    service: Project, gen: Gen, paying: tuple[str, ...], account: str
) -> None:
    answer = gen("schedule", "close_books", "30m", *paying)

    command = f"credits grant {account} --user system --grant-id close_books-1\n"
    assert "note: the user system pays for what its schedule submits" in answer.out
    assert f"uv run demo-service {command}" in answer.out
    page = (service.root / "docs/tasks/close_books.md").read_text(encoding="utf-8")
    assert f"uv run demo-service {command}" in page


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (["--cache", "1h"], "--cache"),
        (["day:int:default=1:idem"], "its idempotency key"),
        (["day:int:default=1:idem", "--cache", "1h"], "--cache and its idempotency key"),
    ],
)
def test_a_schedule_whose_slots_may_be_answered_is_noticed(
    gen: Gen, words: list[str], answers: str
) -> None:
    said = gen("schedule", "close_books", "30m", *words).out

    assert f"so {answers} may answer its slots without a run" in said


def test_what_no_schedule_submits_has_no_such_notice(gen: Gen) -> None:
    said = gen("task", "close_books", "day:int:default=1:idem", "--cache", "1h").out

    assert "slots" not in said


def test_the_command_has_the_name_that_the_service_was_given(service: Project, gen: Gen) -> None:
    with (service.root / ".copier-answers.yml").open("a") as answers:
        answers.write("slug: shop\n")

    answer = gen("task", "close_books", "--schedule", "30m", "--credits", "3")

    assert "uv run shop credits grant" in answer.out


@pytest.mark.parametrize("words", [("--credits", "3"), ("--schedule", "30m")])
def test_where_no_schedule_pays_there_is_nothing_to_tell(gen: Gen, words: tuple[str, ...]) -> None:
    assert "credits grant" not in gen("task", "close_books", *words).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("schedule", "close_books", "soon"), "five fields of cron"),
        (("schedule", "close_books", "0 3 * *"), "five fields of cron"),
        (("schedule", "close_books", "30m", "day:date"), "'day' has no default"),
        (("schedule", "close_books", "30m", "--timezone", "Europe/Berlin"), "belongs to a cron"),
        (("schedule", "close_books", "0 3 * * *", "--timezone", "Mars/Base"), "Europe/Berlin"),
        (("event", "order_paid", "id:uuid:idem"), "an event makes no key"),
        (
            ("event", "stock_moved"),
            "is defined already, in src/demo_service/events/stock.py:1",
        ),
        (("listener", "note_it", "--on", "stock_mved"), "did you mean 'stock_moved'?"),
        (("endpoint", "invoices", "--task", "send_invoice"), "there is no task 'send_invoice'"),
        (("endpoint", "Invoices", "--task", "x"), "cannot name an endpoint"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    service: Project, gen: Gen, words: tuple[str, ...], said: str
) -> None:
    before = tree_of(service.root)

    answer = gen(*words)

    assert answer.code in (2, 3)
    assert said in answer.err
    assert tree_of(service.root) == before


def test_an_event_is_a_model_with_a_first_handler(service: Project, gen: Gen) -> None:
    answer = gen(
        "event", "order_paid", "order_id:uuid", "total:money", "--about", "An order is paid"
    )

    written = text(service, "events/order_paid.py")
    assert answer.code == 0
    assert 'class OrderPaid(Event, name="order_paid"):' in written
    assert "@on(OrderPaid)\nasync def note_order_paid(" in written
    assert "events/order_paid.py:" in answer.out


def test_a_broadcast_event_says_so(service: Project, gen: Gen) -> None:
    gen("event", "price_changed", "--broadcast")

    assert "delivery=Delivery.BROADCAST" in text(service, "events/price_changed.py")
    assert (
        "drain_events" not in Path(service.root / "tests/events/test_price_changed.py").read_text()
    )


def test_a_listener_knows_the_fields_of_an_event_that_gen_has_made(
    service: Project, gen: Gen
) -> None:
    gen("event", "order_paid", "order_id:uuid", "total:money")
    gen("listener", "mark_order", "--on", "order_paid")
    gen("listener", "count_stock", "--on", "stock_moved")

    tests = service.root / "tests" / "events"
    assert "from .order_paid import OrderPaid" in text(service, "events/mark_order.py")
    assert "service.publish(event)" in (tests / "test_mark_order.py").read_text()
    assert "service.publish(event)" not in (tests / "test_count_stock.py").read_text()


def test_an_endpoint_submits_its_task(service: Project, gen: Gen) -> None:
    gen("task", "send_invoice", "order_id:uuid", "--credits", "5000")
    gen("endpoint", "shop_invoices", "--task", "send_invoice")

    written = text(service, "endpoints/shop_invoices.py")
    test = (service.root / "tests/endpoints/test_shop_invoices.py").read_text()
    assert 'APIRouter(prefix="/shop-invoices"' in written
    assert "await submit(send_invoice, args)" in written
    assert 'service.grant("send_invoice", 5000)' in test


@pytest.mark.parametrize(
    "words",
    [
        ("event", "order_paid", "order_id:uuid"),
        ("listener", "mark_stock", "--on", "stock_moved"),
        ("schedule", "close_books", "30m"),
    ],
)
def test_what_was_made_can_be_unmade(service: Project, gen: Gen, words: tuple[str, ...]) -> None:
    before = set(tree_of(service.root))
    kind = "task" if words[0] == "schedule" else words[0]
    gen(*words)

    assert gen("upgrade").out.endswith("nothing to do\n")
    assert gen("destroy", kind, words[1]).code == 0

    # Folders of tests stay: git keeps none that is empty.
    left = set(tree_of(service.root)) - before
    assert left <= {"tests/events"}


def test_a_handler_s_name_is_taken_once(service: Project, gen: Gen) -> None:
    gen("event", "order_paid")
    gen("listener", "note_order_sent", "--on", "order_paid")
    before = tree_of(service.root)

    listener = gen("listener", "note_order_paid", "--on", "order_paid")
    event = gen("event", "order_sent")

    assert (listener.code, event.code) == (3, 3)
    assert "'note_order_paid' is defined already, in src/demo_service/events/ord" in listener.err
    assert "'note_order_sent' is defined already, in src/demo_service/events/note" in event.err
    assert tree_of(service.root) == before


def test_an_event_whose_handler_was_moved_gets_a_field(service: Project, gen: Gen) -> None:
    gen("event", "order_paid")
    module = service.root / service.events / "order_paid.py"
    kept, _, handler = module.read_text().partition("@on(")
    module.write_text(kept)
    (service.root / service.events / "handlers.py").write_text(f"@on({handler}")

    assert gen("field", "order_paid", "note:str:optional").code == 0

    assert "note: str | None = None" in module.read_text()


def test_an_endpoint_may_not_hide_the_task_that_it_submits(service: Project, gen: Gen) -> None:
    gen("task", "send_invoice")

    answer = gen("endpoint", "send_invoice", "--task", "send_invoice")

    assert answer.code == 2
    assert "'shop_send_invoice'" in answer.err


def test_an_endpoint_imports_a_task_written_by_hand_by_its_own_names(
    service: Project, gen: Gen
) -> None:
    folder = service.root / service.tasks / "billing"
    folder.mkdir()
    source = '@task(name="charge")\nasync def charge_card(args: Card, context): ...\n'
    (folder / "cards.py").write_text(source)

    assert gen("endpoint", "shop_cards", "--task", "charge").code == 0

    text = (service.root / service.endpoints / "shop_cards.py").read_text()
    assert "from ..tasks.billing.cards import Card, charge_card\n" in text
    assert "submit(charge_card, args)" in text
