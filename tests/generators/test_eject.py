"""Own copies of a kind's templates win, are followed while unedited, and go as they came."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, contents_of, edit, tree_of
from generators.test_commands import newer_template
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
MODULE = "src/demo_service/tasks/send_invoice.py"
OWN = ".gen/templates/task/task.py.jinja"
OUR_WORD = "# Ours.\nfrom ..chassis import"


@pytest.fixture(autouse=True)
def notes(service: Project) -> None:
    """As in a rendered service."""
    (service.root / ".gen").mkdir()


@pytest.fixture
def edited(service: Project, gen: Gen) -> None:
    """The template of a task's module says something of its own."""
    gen("eject", "task")
    edit(service, "from ..chassis import", OUR_WORD, OWN)


@pytest.mark.usefixtures("edited")
def test_an_own_template_wins(service: Project, gen: Gen) -> None:
    assert gen("task", "send_invoice").code == 0

    assert OUR_WORD in (service.root / MODULE).read_text()


def test_what_is_there_follows_at_the_next_upgrade(service: Project, gen: Gen) -> None:
    gen("task", "send_invoice")
    gen("eject", "task")
    edit(service, "from ..chassis import", OUR_WORD, OWN)

    assert gen("upgrade").code == 0

    assert OUR_WORD in (service.root / MODULE).read_text()
    assert gen("upgrade").out.endswith("nothing to do\n")


def test_ejecting_twice_changes_nothing_and_undo_leaves_no_trace(
    service: Project, gen: Gen
) -> None:
    before = contents_of(service.root)
    gen("eject", "task")
    ejected = tree_of(service.root)

    assert gen("eject", "task").out.endswith("nothing to do\n")
    assert tree_of(service.root) == ejected
    assert gen("eject", "task", "--undo").code == 0
    assert contents_of(service.root) == before


@pytest.mark.usefixtures("edited")
def test_an_edited_one_is_taken_back_only_by_force(service: Project, gen: Gen) -> None:
    before = tree_of(service.root)

    refused = gen("eject", "task", "--undo")

    assert (refused.code, OWN in refused.err) == (3, True)
    assert tree_of(service.root) == before
    assert gen("eject", "task", "--undo", "--force").code == 0
    assert not (service.root / OWN).exists()


def test_an_unedited_one_follows_the_built_in_one(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gen("eject", "task")
    newer_template(monkeypatch, tmp_path, "from ..chassis import", "# New.\nfrom ..chassis import")

    assert gen("eject", "task").code == 0

    assert "# New." in (service.root / OWN).read_text()
    assert gen("eject", "task").out.endswith("nothing to do\n")


@pytest.mark.usefixtures("edited")
def test_an_edited_one_whose_parent_changed_is_a_conflict_until_it_is_accepted(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer_template(monkeypatch, tmp_path, "Yours to write.", "Write here.")
    before = tree_of(service.root)

    refused = gen("eject", "task", "--diff")

    assert (refused.code, "--accept" in refused.err) == (3, True)
    assert "+    # Write here." in refused.out
    assert tree_of(service.root) == before
    assert gen("eject", "task", "--accept").code == 0
    assert gen("eject", "task").out.endswith("nothing to do\n")


@pytest.mark.parametrize(
    ("broken", "line", "said"),
    [
        ("{% if %}", 1, "Expected an expression"),
        ("\n{{ nobody_knows }}", 2, "'nobody_knows' is undefined"),
        ("\n\n{{ 1 / 0 }}", 3, "division by zero"),
        ("{% include 'nothing.jinja' %}", 1, "nothing.jinja"),
    ],
)
def test_a_broken_one_is_named_with_its_line_and_nothing_is_written(
    service: Project, gen: Gen, broken: str, line: int, said: str
) -> None:
    gen("eject", "task")
    (service.root / OWN).write_text(broken)
    before = tree_of(service.root)

    answer = gen("task", "send_invoice")

    assert answer.code == 4
    assert f"your own template {service.root / OWN}:{line}" in answer.err
    assert said in answer.err
    assert tree_of(service.root) == before


def test_one_that_makes_no_python_is_named_too(service: Project, gen: Gen) -> None:
    gen("eject", "task")
    (service.root / OWN).write_text("def :")
    before = tree_of(service.root)

    answer = gen("task", "send_invoice")

    assert answer.code == 4
    assert "your own templates in .gen/templates/task" in answer.err
    assert tree_of(service.root) == before


def test_a_damaged_note_is_named(service: Project, gen: Gen) -> None:
    gen("eject", "task")
    (service.root / ".gen/templates/task.toml").write_text("schema = 1\n")

    answer = gen("eject", "task")

    assert (answer.code, ".gen/templates/task.toml" in answer.err) == (3, True)


def test_there_is_nothing_to_take_back(gen: Gen) -> None:
    answer = gen("eject", "task", "--undo")

    assert (answer.code, "gen eject task makes them" in answer.err) == (2, True)
