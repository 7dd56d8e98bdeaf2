"""Generated items are green in a rendered service, beside what is there."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.field_specs import MODELS
from valkey_chassis.cli import NO_PROOF, main

EVERYTHING = (
    *("user_id:uuid:idem", "amount:decimal:gt=0:digits=12:places=2", "total:money:optional"),
    *("note:str:optional:max=200", "kind:enum:card/iban:default=card", "tries:int:ge=0:default=3"),
    *("ratio:float:gt=0:lt=1", "live:bool:default=true", "tags:list.str:min=1", "ids:set.uuid"),
    *(
        "counts:map.int:default=empty",
        "at:datetime",
        "date:date:ge=2020-01-01",
    ),
    *("ttl:duration:gt=0s", r"cb:url:default=https\://example.org/x", "blob:bytes", "meta:json"),
    *(r"code:str:pattern=^[A-Z]{3}-\d+$", "city:str:example=Berlin", "ways:list.enum:sea/air"),
)
POLICIES = (
    *("--retry", "5", "--timeout", "10", "--total", "60", "--rate-limit", "100/minute"),
    *("--credits", "3", "--priority", "low", "--about", "charge a card once"),
)
ALL_POLICIES = (
    *(*POLICIES, "--cache", "5m", "--concurrency", "4", "--breaker", "bank-api"),
    *("--roles", "payroll", "--scopes", "pay:write", "--idempotent", "48h"),
)
OTHERS = (
    (
        *("schedule", "close_books", "0 3 * * *", "day:date:optional", "--timezone"),
        *("Europe/Berlin", "--credits", "2000", "--roles", "billing", "--retry", "2"),
    ),
    ("schedule", "poll_bank", "30m", "account:str:default=main", "--rate-limit", "1/hour"),
    ("schedule", "sweep_nights", "1h", "--rate-limit", "1/day/tenant"),
    ("schedule", "sweep_days", "1h", "--rate-limit", "1/day/tenant"),
    ("event", "order_paid", *EVERYTHING[1:], "--about", "an order is paid"),
    ("event", "price_changed", "price:money", "--broadcast"),
    ("poller", "fx_rates", *EVERYTHING[1:8], "at:datetime", "--every", "30s"),
    ("poller", "hooks", "--every", "2s", "--event", "webhook_delivered", "--fallback", "none"),
    ("listener", "mark_order", "--on", "order_paid"),
    ("listener", "a_price_is_told", "--on", "price_changed"),
    ("listener", "count_webhooks", "--on", "webhook_delivered"),
    ("listener", "note_rate", "--on", "fx_rates_found"),
    ("endpoint", "shop_cards", "--task", "charge_card"),
    ("endpoint", "shop_salaries", "--task", "pay_salaries"),
    ("endpoint", "shop_files", "--task", "summarise_csv"),
    ("event", "customer_greeted", "customer:ref.Customer", "delivered:ref.WebhookDelivered"),
    ("listener", "count_greetings", "--on", "customer_greeted"),
    ("endpoint", "shop_greetings", "--task", "greet_customer"),
)
TASKS = {
    "charge_card": [*EVERYTHING, "pin:secret:redact", *ALL_POLICIES, "--result", *EVERYTHING[1:]],
    "crunch_numbers": [
        *("values:list.float", "--cpu", "--credits", "5000", "--retry", "3", "--timeout", "5"),
        *("--concurrency", "1", "--rate-limit", "1/day/tenant", "--cache", "1h"),
        *("--credit-type", "compute", "--formerly", "sum_numbers,add_numbers"),
        *("--result", "mean:float"),
    ],
    # Its failures alone would open the circuit.
    "fetch_all": ["--retry", "12", "--breaker", "bank-api", "--total", "60", "--idempotent", "1h"],
    "send_" + "very_long_" * 5 + "reminders": ["a:int", *ALL_POLICIES, "--result", "a:int"],
    "ping": [],
    "greet_customer": [
        *("customer:ref.Customer:idem", "homes:list.ref.Address", "login:ref.Login:redact"),
        *("keys:list.secret", "sent:ref.WebhookDelivered", "csv:ref.SummariseCsvArgs:optional"),
        *("--result", "customer:ref.Customer", "home:ref.Address"),
    ],
    "pay_salaries": [
        *("month:date:idem", "--roles", "payroll,finance", "--scopes", "pay:write"),
        *("--concurrency", "2", "--breaker", "bank-api", "--timeout", "5", "--credits", "2000"),
    ],
    "quote_price": ["sku:str", "--cache", "5m", "--roles", "shop", "--result", "price:money"],
    "rate_parcel": [
        *("sku:str", "--cache", "1h", "--idempotent", "24h", "--rate-limit", "9/hour/task")
    ],
}

# Put into the service beside the tests of the items.
TEST_OF_PAGES = """
import json
import re
from pathlib import Path

import pytest

from demo_service.chassis.settings import override_tasks
from demo_service.chassis.testing import RunningService

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [*DOCS.glob("tasks/*.md"), *DOCS.glob("events/*.md")]
TASKS = [page for page in PAGES if page.parent.name == "tasks"]


@pytest.mark.parametrize("page", TASKS, ids=lambda page: page.stem)
def test_the_sample_is_taken_and_every_variable_says_something(
    service: RunningService, page: Path
) -> None:
    text = page.read_text(encoding="utf-8")
    body = json.loads(text.partition("<<'JSON'\\n")[2].partition("\\nJSON\\n")[0])
    task = service.parts.registry[page.stem]
    said = dict(re.findall("`(TASK_[A-Z0-9_]+)=([^`]+)`", text))

    assert task.args_model.model_validate_json(json.dumps(body)) is not None
    assert set(override_tasks([task], [("the page", said)]).given) == set(said)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link, anchor in re.findall(r"\\]\\(([^)#]+)(#[^)]+)?\\)", text):
        assert (page.parent / link).is_file(), link
        if anchor:
            titles = re.findall("^#+ (.*)$", (page.parent / link).read_text("utf-8"), re.MULTILINE)
            assert anchor[1:] in [title.lower().replace(" ", "-") for title in titles]


def test_every_task_of_gen_has_a_page() -> None:
    assert len(TASKS) == %d
"""


def test_generated_items_pass_every_check_and_their_own_tests(
    service_copy: Callable[[str], Path],
    run_in: Callable[..., str],
    shared_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = service_copy("default")
    monkeypatch.chdir(root)
    # All of them are checked together below, which is quicker.
    monkeypatch.setenv(NO_PROOF, "1")
    (root / "src/demo_service/models.py").write_text(MODELS)

    for name, words in TASKS.items():
        assert main(["task", name, *words]) == 0

    for other in OTHERS:
        assert main(other) == 0
    assert main(["check"]) == 0

    notes = [tomllib.loads(path.read_text()) for path in (root / ".gen/items").glob("*.toml")]
    files = sorted(path for note in notes for path in note["files"])
    made = [path for path in files if path.startswith("src/")]
    tests = [path for path in files if path.startswith("tests/")]
    pages = root / "tests" / "test_pages.py"
    tasks = sum(note["kind"] in {"task", "poller"} for note in notes)
    pages.write_text(TEST_OF_PAGES % tasks)
    assert len(made) == len(tests) == len(TASKS) + len(OTHERS) + 1  # the poller's own event
    run_in(root, "ruff", "format", "--check", *made, *tests)
    run_in(root, "ruff", "check", *made, *tests)
    run_in(root, "mypy", f"--cache-dir={shared_folder / 'mypy-default'}", *made, *tests)
    run_in(root, "pytest", "-q", "-p", "no:cacheprovider", *tests, str(pages))


def test_a_task_is_proved_in_the_service_before_it_is_written(
    service_copy: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = service_copy("default")
    monkeypatch.chdir(root)

    assert main(["task", "charge_card", *EVERYTHING, *POLICIES]) == 0
    assert "proof: no lint, types fit," in capsys.readouterr().out

    (root / "src" / "demo_service" / "tasks" / "half_done.py").write_text("import nothing_there\n")

    assert main(["task", "ping"]) == 4
    assert "nothing_there" in capsys.readouterr().err
    assert not (root / "src" / "demo_service" / "tasks" / "ping.py").exists()
