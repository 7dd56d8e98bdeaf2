"""Every refusal leaves the tree as it was, with the exit code that says why."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import PACKAGE, Answer, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["../x"], 2, "cannot name a task"),
        (["/etc/x"], 2, "cannot name a task"),
        (["a/b"], 2, "cannot name a task"),
        (["class"], 2, "keyword"),
        (["json"], 2, "shadow a module"),
        (["send_invoice", "a:decimel"], 2, "did you mean 'decimal'?"),
        (["send_invoice", "a:int", "--result", "b:intt"], 2, "did you mean 'int'?"),
        (["send_invoice", "a:int:key"], 2, "all arguments count"),
        (["send_invoice", "--result", "a:int:idem"], 2, "a result makes no key"),
        (["send_invoice", "--result", "token:str"], 2, "return a reference"),
        (["send_invoice", "--result", "a:list.secret"], 2, "return a reference"),
        (["send_invoice", "--queue", "A B"], 2, "--queue cannot be 'A B'"),
        (["send_invoice", "--priority", "hihg"], 2, "did you mean 'high'?"),
        (["send_invoice", "--retry", "1"], 2, "from 2 to 100"),
        (["send_invoice", "--timeout", "0"], 2, "seconds from"),
        (["send_invoice", "--timeout", "9", "--total", "3"], 2, "above --total"),
        (["send_invoice", "--rate-limit", "100/week"], 2, "/minute"),
        (["send_invoice", "--rate-limit", "0/minute"], 2, "COUNT/second"),
        (["send_invoice", "--idempotent", "91d"], 2, "from 1s to 90d"),
        (["send_invoice", "--credits", "many"], 2, "whole number"),
        (["send_invoice", "--about", 'say "x"'], 2, "without quotes"),
        (["send_invoice", "--about", "a dash \u2013 that is none"], 2, "signs of ASCII"),
        (["send_invoice", "--about", "D\u0131\u015far\u0131"], 2, "Latin letters"),
        (["send_invoice", "--credit-type", "mail"], 2, "give --credits 1"),
        (["send_invoice", "--schedule", "61 * * * *"], 2, "as minute 0-59"),
        (["send_invoice", "--schedule", "0 3 * * fri-mon"], 2, "where 'fri-mon' is"),
        (["send_invoice", "--colour", "red"], 2, "--colour"),
        ([], 2, "NAME"),
        (["keep_books"], 3, "is the same module"),
        (["wire_name"], 3, "defined already, in src/demo_service/tasks/other.py:6"),
        (["send_invoice", "--queue", "sums"], 3, "holds sync tasks"),
        (["send_invoice", "--cpu", "--queue", "default"], 3, "holds async tasks"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_refusal_says_why_and_leaves_the_tree_alone(
    service: Project, gen: Gen, words: list[str], code: int, said: str
) -> None:
    tasks = service.root / service.tasks
    (tasks / "keep_books").mkdir()
    (tasks / "other.py").write_text(
        "from ..chassis import task\n\n\n"
        '@task(name="wire_name")\n'
        "# the wire name is not the function's\n"
        "async def other() -> None: ...\n\n\n"
        '@task(queue="sums")\n'
        "def add() -> None: ...\n"
    )
    before = tree_of(service.root)

    answer = gen("task", *words)

    assert answer.code == code
    assert said in answer.err
    assert tree_of(service.root) == before


def test_a_refusal_puts_a_caret_under_the_column(gen: Gen) -> None:
    answer = gen("task", "send_invoice", "amount:decimal:gt=x")

    lines = answer.err.splitlines()
    assert lines[1] == "  amount:decimal:gt=x"
    assert lines[2].index("^") == lines[1].index("x")


def test_a_refusal_is_there_for_programs(gen: Gen) -> None:
    answer = gen("task", "send_invoice", "amount:decimel", "--json")

    error = json.loads(answer.out)["error"]
    assert answer.code == error["exit_code"] == 2
    assert error["column"] == len("amount:")


@pytest.mark.parametrize("twin", ["Send_Invoice.py", "SEND_INVOICE.PY"])
def test_a_name_that_differs_only_in_case_is_taken(service: Project, gen: Gen, twin: str) -> None:
    (service.root / service.tasks / twin).write_text("")

    answer = gen("task", "send_invoice")

    assert answer.code == 3
    assert twin in answer.err


def test_a_folder_outside_every_service_is_refused(
    gen: Gen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    answer = gen("task", "send_invoice")

    assert answer.code == 5
    assert "not inside a service" in answer.err


def test_the_answers_of_another_template_are_refused(service: Project, gen: Gen) -> None:
    (service.root / ".copier-answers.yml").write_text("_commit: v1\nname: other\n")

    assert gen("task", "send_invoice").code == 5


def test_a_service_without_its_chassis_is_refused(service: Project, gen: Gen) -> None:
    chassis = service.root / "src" / PACKAGE / "chassis"
    chassis.rename(chassis.with_name("moved"))

    answer = gen("task", "send_invoice")

    assert answer.code == 5
    assert "src/demo_service/chassis" in answer.err


def test_gen_works_from_any_folder_of_the_service_and_by_root(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(service.root / service.tasks)
    assert gen("task", "send_invoice").code == 0

    monkeypatch.chdir(tmp_path)
    assert gen("task", "send_reminder", "--root", str(service.root)).code == 0


def test_a_link_that_leads_out_of_the_service_is_not_followed(
    service: Project, gen: Gen, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (service.root / "tests" / "tasks").rename(service.root / "tests" / "jobs")
    (service.root / "tests" / "tasks").symlink_to(outside, target_is_directory=True)

    answer = gen("task", "send_invoice")

    assert answer.code == 5
    assert "outside the service" in answer.err
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_a_file_is_a_conflict(service: Project, gen: Gen) -> None:
    (service.root / "tests" / "tasks" / "test_send_invoice.py").symlink_to("nowhere.py")

    assert gen("task", "send_invoice").code == 3


def test_bytes_that_are_no_text_are_a_conflict(service: Project, gen: Gen) -> None:
    (service.root / "tests" / "tasks" / "test_send_invoice.py").write_bytes(b"\xff\xfe\x00")

    assert gen("task", "send_invoice").code == 3
