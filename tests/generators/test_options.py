"""Every option of every kind changes what is written, and none is left out here."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from generators.bare_service import Answer, contents_of
from valkey_chassis.arguments import parser_for
from valkey_chassis.project import Project
from valkey_chassis.recipes import SUMMARIES

Gen = Callable[..., Answer]
TASK = ("task", "charge_card", "note:str:optional")
SCHEDULE = ("schedule", "close_books", "0 3 * * *")
POLICIES = {
    "--rate-limit": "9/hour/tenant",
    "--idempotent": "48h",
    "--credits": "3",
    "--credit-type": "cards",
    "--retry": "4",
    "--timeout": "5",
    "--total": "60",
    "--roles": "billing",
    "--scopes": "pay:write",
    "--cache": "5m",
    "--concurrency": "4",
    "--breaker": "bank-api",
}
OF_A_TASK = {
    "--result": "receipt:uuid",
    "--about": "it takes the money",
    "--cpu": "",
    "--formerly": "bill_customer",
    "--queue": "billing",
    "--priority": "high",
    **POLICIES,
}
# What a kind needs, its options with a value each, and what else an option asks for.
COMMANDS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "task": (TASK, {**OF_A_TASK, "--schedule": "30m", "--timezone": "Europe/Berlin"}),
    "schedule": (SCHEDULE, {**OF_A_TASK, "--timezone": "Europe/Berlin"}),
    "poller": (
        ("poller", "fx_rates"),
        {
            "--every": "30s",
            "--event": "rate_changed",
            "--fallback": "none",
            "--timeout": "5",
            "--about": "it looks",
        },
    ),
    "event": (("event", "price_set", "price:money"), {"--about": "it is set", "--broadcast": ""}),
    "listener": (
        ("listener", "mark_order"),
        {"--on": "stock_moved", "--about": "it is marked"},
    ),
    "endpoint": (
        ("endpoint", "shop_cards"),
        {"--task": "send_invoice", "--about": "it is sent"},
    ),
}
NEEDED = {
    ("task", "--credit-type"): ("--credits", "3"),
    ("schedule", "--credit-type"): ("--credits", "3"),
    ("task", "--timezone"): ("--schedule", "0 3 * * *"),
    ("poller", ""): ("--every", "1h"),
    **{
        ("poller", each): ("--every", "1h")
        for each in ("--event", "--fallback", "--timeout", "--about")
    },
    ("listener", ""): ("--on", "stock_kept"),
    ("listener", "--about"): ("--on", "stock_kept"),
    ("endpoint", ""): ("--task", "ping"),
    ("endpoint", "--about"): ("--task", "ping"),
}
CASES = [(kind, option) for kind, (_, options) in COMMANDS.items() for option in options]


@pytest.fixture(autouse=True)
def neighbours(service: Project, gen: Gen) -> None:
    """What listeners and endpoints belong to."""
    for room in ("events", "endpoints"):
        (service.root / "src/demo_service" / room).mkdir()
    for made in (("event", "stock_moved"), ("event", "stock_kept"), ("task", "ping")):
        assert gen(*made).code == 0
    assert gen("task", "send_invoice").code == 0


def written(service: Project, gen: Gen, words: tuple[str, ...]) -> dict[str, bytes]:
    """What a command leaves for people to read, which the notes of gen are not."""
    assert gen(*words).code == 0, words
    found = contents_of(service.root)
    assert gen("destroy", "task" if words[0] == "schedule" else words[0], words[1]).code == 0
    return {path: text for path, text in found.items() if PurePosixPath(path).parts[0] != ".gen"}


@pytest.mark.parametrize(("kind", "option"), CASES, ids=[" ".join(case) for case in CASES])
def test_an_option_changes_what_is_written(
    service: Project, gen: Gen, kind: str, option: str
) -> None:
    command, options = COMMANDS[kind]
    needed = NEEDED.get((kind, option), ())
    words = (option, options[option]) if options[option] else (option,)

    without = written(service, gen, (*command, *(needed or NEEDED.get((kind, ""), ()))))

    assert written(service, gen, (*command, *needed, *words)) != without


@pytest.mark.parametrize("option", POLICIES)
def test_a_policy_is_in_the_module_its_test_and_its_page(
    service: Project, gen: Gen, option: str
) -> None:
    needed = NEEDED.get(("task", option), ())
    before = written(service, gen, (*TASK, *needed))

    after = written(service, gen, (*TASK, *needed, option, POLICIES[option]))

    assert {path for path in before if before[path] != after[path]} == {
        "docs/tasks/charge_card.md",
        "src/demo_service/tasks/charge_card.py",
        "tests/tasks/test_charge_card.py",
    }


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (("--cache", "10m"), "CACHED__TTL=PT20M`"),
        (("--idempotent", "48h"), "IDEMPOTENT__RETENTION=PT96H`"),
        (("--idempotent", "90d"), "IDEMPOTENT__RETENTION=PT2160H`"),
        (("--cache", "1500ms"), "CACHED__TTL=PT3S`"),
    ],
)
def test_the_page_shows_a_duration_that_would_change_something(
    service: Project, gen: Gen, words: tuple[str, ...], variable: str
) -> None:
    gen("task", "charge_card", "amount:money", *words)

    page = (service.root / "docs/tasks/charge_card.md").read_text(encoding="utf-8")
    assert f"TASK_CHARGE_CARD__{variable}" in page


@pytest.mark.parametrize("kind", SUMMARIES)
def test_no_option_is_left_out_here(kind: str) -> None:
    shared = {
        "--help",
        "--dry-run",
        "--diff",
        "--json",
        "--root",
        "--no-proof",
        "--keep",
        "--no-input",
    }
    # Fields from elsewhere are fields: test_sources.py has them.
    shared |= {"--from", "--result-from"}
    known = set(re.findall(r"--[a-z-]+", parser_for(kind).format_help()))

    assert known - shared == set(COMMANDS[kind][1])
