"""What gen does when something is amiss: killed runs, damaged notes, files that are no text."""

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from generators.bare_service import Answer, contents_of, make_bare_service
from generators.killing import DEADLINE_CHANGES, killed_after
from valkey_chassis.apply import apply
from valkey_chassis.cli import main
from valkey_chassis.errors import WriteRefused
from valkey_chassis.journal import Journal
from valkey_chassis.plan import Draft, Plan, Remove, Replace
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = ("task", "charge_card", "amount:decimal:gt=0", "--retry", "3")
MODULE = "src/demo_service/tasks/charge_card.py"
NOTE = ".gen/items/task-charge_card.toml"
BASE = ".gen/base/task-charge_card/charge_card.py.base"


@pytest.fixture(autouse=True)
def notes(service: Project) -> None:
    """As in a rendered service."""
    (service.root / ".gen").mkdir()


def older(root: Path) -> None:
    """Make the item one of an earlier release, whose text said something else."""
    for path in (MODULE, BASE):
        place = root / path
        place.write_text(place.read_text().replace("Yours to write.", "Write here."))


def with_an_item(root: Path) -> Path:
    make_bare_service(root)
    (root / ".gen").mkdir()
    assert main([*ORDER, "--root", str(root)]) == 0
    return root


@pytest.mark.parametrize("words", [("destroy", "task", "charge_card"), ("upgrade",)])
def test_a_command_killed_anywhere_is_finished_or_undone_by_the_next(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    first = with_an_item(tmp_path / "first")
    if words == ("upgrade",):
        older(first)
    before, root = contents_of(first), first
    wanted = tmp_path / "wanted"
    shutil.copytree(first, wanted)
    assert main([*words, "--root", str(wanted)]) == 0
    after = contents_of(wanted)

    for changes in count():
        assert changes < DEADLINE_CHANGES
        root = tmp_path / str(changes)
        shutil.copytree(first, root)
        if not killed_after(changes, partial(main, [*words, "--root", str(root)])):
            break
        assert main(["list", "--root", str(root)]) == 0
        # Staged texts of a run that did not come to its journal are cleared away by the next write.
        apply(Project.find(root), Plan("nothing", ()))

        assert contents_of(root) in (before, after)

    assert contents_of(root) == after


@pytest.mark.parametrize("replaces", [True, False])
def test_an_edit_between_the_plan_and_its_application_is_not_lost(
    service: Project, gen: Gen, replaces: bool
) -> None:
    gen(*ORDER)
    place = service.root / MODULE
    draft = Draft(service.tasks / "charge_card.py", place.read_text())
    step = Replace(Draft(draft.path, "new = 1\n"), draft.text) if replaces else Remove(draft)
    place.write_text("ours = 1\n")

    with pytest.raises(WriteRefused, match="was changed while gen was running"):
        apply(service, Plan("one file", (step,)))

    assert place.read_text() == "ours = 1\n"


def test_windows_line_ends_count_as_no_edit(service: Project, gen: Gen) -> None:
    before = contents_of(service.root)
    gen(*ORDER)
    for place in service.root.rglob("*charge_card*"):
        if place.is_file():
            place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))

    assert gen("check").code == 0
    assert gen("destroy", "task", "charge_card").code == 0
    assert contents_of(service.root) == before


def test_the_mark_that_editors_of_windows_put_first_counts_as_no_edit(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    module = service.root / service.tasks / "charge_card.py"
    module.write_bytes(b"\xef\xbb\xbf" + module.read_bytes())

    assert gen("check").code == 0
    taken = gen("endpoint", "charges", "--task", "charge_card", "--dry-run")
    assert taken.code == 0, taken.err
    assert gen("field", "charge_card", "more:int:default=1").code == 0
    assert b"more: int = 1" in module.read_bytes()


def test_a_disk_too_full_for_the_journal_is_taken_back_all_the_same(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents_of(service.root)
    write = Journal.write

    def full(journal: Journal, project: Project) -> None:
        if journal.backwards:
            raise OSError(28, "No space left on device")
        write(journal, project)

    def no_link(_source: Path, place: Path) -> None:
        raise OSError(28, "No space left on device", str(place))

    monkeypatch.setattr(Journal, "write", full)
    monkeypatch.setattr(os, "link", no_link)

    answer = gen(*ORDER)

    assert (answer.code, "No space left" in answer.err) == (3, True)
    assert contents_of(service.root) == before


@pytest.mark.parametrize("journal", ["{", "[]", '{"entries": [], "folders": []}'])
def test_a_journal_that_cannot_be_read_is_said_with_the_way_out(
    service: Project, gen: Gen, journal: str
) -> None:
    (service.root / ".gen/journal.json").write_text(journal)

    answer = gen("list")

    assert answer.code == 3
    assert ".gen/journal.json" in answer.err
    assert "remove it" in answer.err


def test_a_journal_whose_staged_texts_are_gone_is_said_with_the_way_out(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    entry = {"path": MODULE, "after": "0.after", "before": None}
    journal = {"schema": 1, "entries": [entry], "folders": [], "backwards": False}
    (service.root / ".gen/journal.json").write_text(json.dumps(journal))

    answer = gen("list")

    assert answer.code == 3
    assert "remove .gen/journal.json" in answer.err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "task"', 'kind = "tsk"'),
        ('name = "charge_card"', 'name = "charge_cart"'),
        ("[files]", "[filed]"),
        ('"amount:decimal:gt=0"', "1"),
        ("[options]", "options = 3\n[other]"),
    ],
)
@pytest.mark.parametrize("command", ["list", "check", "upgrade"])
def test_a_note_that_was_damaged_is_named(
    service: Project, gen: Gen, old: str, new: str, command: str
) -> None:
    gen(*ORDER)
    place = service.root / NOTE
    assert old in place.read_text()
    place.write_text(place.read_text().replace(old, new))

    answer = gen(command)

    assert answer.code == 3
    assert "task-charge_card.toml" in answer.err + answer.out


def test_an_option_of_another_release_in_a_note_is_said(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    place = service.root / NOTE
    place.write_text(place.read_text().replace("[options]", '[options]\nretries = "3"'))

    answer = gen("upgrade")

    assert answer.code == 3
    assert "the note on task charge_card" in answer.err


@pytest.mark.parametrize("path", [MODULE, BASE])
@pytest.mark.parametrize("command", [("list",), ("check",), ("upgrade",)])
def test_a_file_that_is_no_text_ends_no_command_in_a_traceback(
    service: Project, gen: Gen, path: str, command: tuple[str, ...]
) -> None:
    gen(*ORDER)
    (service.root / path).write_bytes(b"\xff\xfe")

    assert gen(*command).code in {0, 3}


def test_destroy_removes_bases_that_are_no_text_or_missing(service: Project, gen: Gen) -> None:
    before = contents_of(service.root)
    gen(*ORDER)
    (service.root / BASE).write_bytes(b"\xff")
    (service.root / f"{BASE.removesuffix('charge_card.py.base')}test_charge_card.py.base").unlink()

    assert gen("destroy", "task", "charge_card").code == 0
    assert contents_of(service.root) == before
