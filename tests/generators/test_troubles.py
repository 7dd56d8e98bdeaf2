"""What gen does when something is amiss: killed runs, damaged notes, files that are no text."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from generators.bare_service import Answer, make_bare_service, tree_of
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


def contents(root: Path) -> dict[str, bytes]:
    return {path: content for path, (content, _) in tree_of(root).items()}


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
    before, root = contents(first), first
    wanted = tmp_path / "wanted"
    shutil.copytree(first, wanted)
    assert main([*words, "--root", str(wanted)]) == 0
    after = contents(wanted)

    for changes in count():
        assert changes < DEADLINE_CHANGES
        root = tmp_path / str(changes)
        shutil.copytree(first, root)
        if not killed_after(changes, partial(main, [*words, "--root", str(root)])):
            break
        assert main(["list", "--root", str(root)]) == 0
        # Staged texts of a run that did not come to its journal are cleared away by the next write.
        apply(Project.find(root), Plan("nothing", ()))

        assert contents(root) in (before, after)

    assert contents(root) == after


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
    before = contents(service.root)
    gen(*ORDER)
    for place in service.root.rglob("*charge_card*"):
        if place.is_file():
            place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))

    assert gen("check").code == 0
    assert gen("destroy", "task", "charge_card").code == 0
    assert contents(service.root) == before


def test_a_disk_too_full_for_the_journal_is_taken_back_all_the_same(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(service.root)
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
    assert contents(service.root) == before


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
        ("schema = 1", "schema = 99"),
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
    assert "task-charge_card.toml" in answer.err


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
    before = contents(service.root)
    gen(*ORDER)
    (service.root / BASE).write_bytes(b"\xff")
    (service.root / f"{BASE.removesuffix('charge_card.py.base')}test_charge_card.py.base").unlink()

    assert gen("destroy", "task", "charge_card").code == 0
    assert contents(service.root) == before


@pytest.mark.parametrize(
    "words",
    [(), ("tsk",), ("task",), ("task", "x", "--no"), ("show", "task"), ("list", "tasks")],
    ids=" ".join,
)
def test_wrong_usage_is_answered_in_json_too(gen: Gen, words: tuple[str, ...]) -> None:
    answer = gen(*words, "--json")

    assert answer.code == json.loads(answer.out)["error"]["exit_code"] == 2
    assert "usage" not in answer.err


@pytest.mark.parametrize("command", ["list", "upgrade"])
def test_a_kind_that_does_not_exist_is_refused(gen: Gen, command: str) -> None:
    answer = gen(command, "tasks")

    assert answer.code == 2
    assert "'listener'" in answer.err


OPTIONS = (
    ("--about=-1 is taken off",),
    ("--cpu", "--queue", "heavy", "--priority", "low"),
    ("--schedule", "*/5 * * * *", "--timezone", "Europe/Berlin"),
    ("--rate-limit", "9/hour/tenant", "--idempotent", "24h", "--credits", "3"),
    ("--retry", "3", "--timeout", "1.5", "--total", "60"),
    ("--roles", "billing,finance", "--scopes", "pay:write", "--cache", "5m"),
    ("--concurrency", "3", "--breaker", "pay-api"),
    ("--result", "receipt:uuid", "at:datetime"),
)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options[0])
def test_the_shown_command_has_every_option(
    service: Project, gen: Gen, options: tuple[str, ...]
) -> None:
    assert gen("task", "charge_card", "note:str:optional", *options).code == 0
    made = contents(service.root)

    command = shlex.split(gen("show", "task", "charge_card", "--command").out)
    gen("destroy", "task", "charge_card")

    assert gen(*command[3:]).code == 0
    assert contents(service.root) == made


def test_upgrade_keeps_fields_that_were_put_in_another_order(service: Project, gen: Gen) -> None:
    gen("task", "charge_card", "first:str", "second:int")
    place = service.root / MODULE
    lines = "    first: str\n    second: int\n"
    assert lines in place.read_text()
    place.write_text(place.read_text().replace(lines, "    second: int\n    first: str\n"))
    edited = place.read_text()

    assert gen("upgrade").code == 0
    assert gen("check").code == 0
    assert place.read_text() == edited


def test_completion_in_json_carries_the_script(gen: Gen) -> None:
    script = gen("completion", "bash").out

    assert json.loads(gen("completion", "bash", "--json").out)["script"] == script.rstrip("\n")


@pytest.mark.parametrize("room", ["tasks", "events", "endpoints"])
@pytest.mark.parametrize("other", ["Charge_Card.py", "charge_card"])
def test_a_module_of_the_same_name_is_refused_for_every_kind(
    service: Project, gen: Gen, room: str, other: str
) -> None:
    gen("event", "order_paid")
    gen("task", "close_day")
    folder = service.root / "src/demo_service" / room
    folder.mkdir(exist_ok=True)
    (folder / other).touch()
    commands = {
        "tasks": [("task", "charge_card")],
        "events": [("event", "charge_card"), ("listener", "charge_card", "--on", "order_paid")],
        "endpoints": [("endpoint", "charge_card", "--task", "close_day")],
    }

    for command in commands[room]:
        answer = gen(*command)
        assert (answer.code, other in answer.err) == (3, True)


def test_the_lock_of_an_editor_stops_no_command(service: Project, gen: Gen) -> None:
    lock = service.root / service.tasks / ".#charge_card.py"
    lock.symlink_to("somebody@somewhere.1")

    codes = [gen(*ORDER).code, gen("check").code, gen("destroy", "task", "charge_card").code]

    assert codes == [0, 0, 0]


def test_a_link_in_the_place_of_a_file_is_not_removed(
    service: Project, gen: Gen, tmp_path: Path
) -> None:
    gen(*ORDER)
    place = service.root / MODULE
    place.rename(tmp_path / "elsewhere.py")
    place.symlink_to(tmp_path / "elsewhere.py")

    answer = gen("destroy", "task", "charge_card", "--force")

    assert (answer.code, "is a symbolic link" in answer.err) == (3, True)
    assert place.is_symlink()


def test_an_answer_that_nobody_reads_to_its_end_is_carried_out_all_the_same(
    service: Project,
) -> None:
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [sys.executable, "-m", "valkey_chassis", *ORDER],
        cwd=service.root,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=30,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (0, "")
    assert (service.root / MODULE).is_file()


def test_completion_offers_the_kinds_of_items(service: Project, gen: Gen) -> None:
    script = gen("completion", "bash").out
    asked = "COMP_WORDS=(gen show li) COMP_CWORD=2; _gen; echo ${COMPREPLY[@]}"

    done = subprocess.run(
        ["bash", "-c", f"{script}\n{asked}"],
        cwd=service.root,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    assert done.stdout.split() == ["listener"]
