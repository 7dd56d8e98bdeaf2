"""Gen asks for what is missing where somebody sits at a terminal, and never anywhere else."""

import json
import shlex
from collections.abc import Callable

import pytest

from generators.bare_service import Answer, contents_of, tree_of
from generators.terminal import Terminal
from valkey_chassis.project import Project

Gen = Callable[..., Answer]


def test_a_name_that_is_missing_is_asked_for(service: Project) -> None:
    with Terminal(service.root, "task", "--retry", "3") as terminal:
        terminal.wait_for("NAME (a verb first, such as send_invoice): ")
        terminal.type("send_invoice\n")
        code, shown = terminal.end()

    assert code == 0
    assert (service.root / service.tasks / "send_invoice.py").is_file()
    assert "the same without questions:\n  uv run gen task send_invoice --retry 3\n" in shown


def test_an_answer_is_checked_at_once_and_asked_for_again(service: Project) -> None:
    with Terminal(service.root, "task") as terminal:
        terminal.wait_for("NAME (")
        terminal.type("sendInvoice\n")
        terminal.wait_for("for example 'send_invoice'")
        terminal.wait_for("NAME (")
        terminal.type("\n")
        terminal.wait_for("NAME (")
        terminal.type("send_invoice\n")
        code, _ = terminal.end()

    assert code == 0


@pytest.mark.parametrize(
    ("words", "answers", "command"),
    [
        (
            ("schedule",),
            {"NAME": "close_day", "WHEN": "0 3 * * *"},
            "schedule close_day '0 3 * * *'",
        ),
        (
            ("schedule", "--result", "a:int", "--retry", "3", "close_day"),
            {"WHEN": "24h"},
            "schedule --result a:int --retry 3 24h close_day",
        ),
        (("listener", "note_it"), {"EVENT": "order_paid"}, "listener note_it --on order_paid"),
        (
            ("endpoint",),
            {"NAME": "shop", "TASK": "book_seat"},
            "endpoint shop --task book_seat",
        ),
    ],
)
def test_every_required_word_is_asked_for(
    service: Project,
    gen: Gen,
    words: tuple[str, ...],
    answers: dict[str, str],
    command: str,
) -> None:
    gen("event", "order_paid")
    gen("task", "book_seat")
    before = contents_of(service.root)

    with Terminal(service.root, *words) as terminal:
        for metavar, answer in answers.items():
            terminal.wait_for(f"{metavar} (")
            terminal.type(f"{answer}\n")
        code, shown = terminal.end()

    assert code == 0, shown
    made = contents_of(service.root)
    line = next(line for line in shown.splitlines() if line.startswith("  uv run gen"))
    assert made != before
    assert gen(*shlex.split(line)[3:]).out.endswith("nothing to do\n")
    assert contents_of(service.root) == made


def test_what_does_not_exist_is_asked_for_again(service: Project, gen: Gen) -> None:
    gen("event", "order_paid")

    with Terminal(service.root, "listener", "note_it") as terminal:
        terminal.wait_for("EVENT (")
        terminal.type("order_payed\n")
        terminal.wait_for("did you mean 'order_paid'?")
        terminal.wait_for("EVENT (")
        terminal.type("order_paid\n")
        code, _ = terminal.end()

    assert code == 0


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_writes_nothing(service: Project, key: str) -> None:
    before = tree_of(service.root)

    with Terminal(service.root, "task") as terminal:
        terminal.wait_for("NAME (a verb first, such as send_invoice): ")
        terminal.type(key)
        code, shown = terminal.end()

    assert (code, "left at the question for NAME" in shown) == (2, True)
    assert "Traceback" not in shown
    assert tree_of(service.root) == before


def test_who_answers_wrongly_for_ever_is_refused(service: Project) -> None:
    with Terminal(service.root, "task") as terminal:
        for _ in range(10):
            terminal.wait_for("NAME (")
            terminal.type("class\n")
        code, shown = terminal.end()

    assert (code, "keyword of Python" in shown) == (2, True)


@pytest.mark.parametrize(
    "words", [("task", "--no-input"), ("task", "--json"), ("task", "--no"), ("show", "task")]
)
def test_nothing_is_asked_where_it_is_forbidden_or_something_else_is_wrong(
    service: Project, words: tuple[str, ...]
) -> None:
    with Terminal(service.root, *words) as terminal:
        code, shown = terminal.end()

    assert code == 2
    assert "(a verb first" not in shown


def test_nothing_is_asked_when_nothing_is_missing(service: Project) -> None:
    with Terminal(service.root, "task", "send_invoice") as terminal:
        code, shown = terminal.end()

    assert (code, "without questions" in shown) == (0, False)


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (("task",), "NAME"),
        (("schedule", "close_day"), "WHEN"),
        (("listener", "note_it"), "--on"),
        (("endpoint", "shop"), "--task"),
    ],
)
def test_without_a_terminal_what_is_missing_is_named(
    service: Project, gen: Gen, words: tuple[str, ...], missing: str
) -> None:
    before = tree_of(service.root)

    answer = gen(*words)

    assert (answer.code, missing in answer.err) == (2, True)
    assert missing in json.loads(gen(*words, "--json").out)["error"]["problem"]
    assert tree_of(service.root) == before
