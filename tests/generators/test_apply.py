"""All steps of a plan are taken, or none, also when the process dies in the middle."""

import fcntl
import os
from functools import partial
from itertools import count
from pathlib import Path, PurePosixPath

import pytest

from generators.bare_service import make_bare_service, tree_of
from generators.killing import DEADLINE_CHANGES, killed_after
from valkey_chassis import apply as applying
from valkey_chassis.apply import apply, recover
from valkey_chassis.errors import Taken, WriteRefused
from valkey_chassis.journal import Journal
from valkey_chassis.plan import Draft, Plan, Remove, Replace, compare
from valkey_chassis.project import Project

DRAFTS = [
    Draft(PurePosixPath("new/deeper/first.py"), "first = 1\n"),
    Draft(PurePosixPath("tests/tasks/second.py"), "second = 'é'\n"),
    Draft(PurePosixPath("src/demo_service/tasks/third.py"), "third = 3\n"),
]
OLD = Draft(PurePosixPath("tests/tasks/old.py"), "old = 1\n")
OTHER = Draft(PurePosixPath("tests/tasks/other.py"), "other = 1\n")


@pytest.fixture
def service(tmp_path: Path) -> Project:
    return prepared(tmp_path / "a service")[0]


@pytest.fixture
def plan(service: Project) -> Plan:
    changed = Replace(Draft(OTHER.path, "other = 2\n"), OTHER.text)
    return Plan("five files", (*compare(service, DRAFTS), Remove(OLD), changed))


def contents(root: Path) -> dict[str, bytes]:
    return {path: content for path, (content, _) in tree_of(root).items()}


def test_every_step_is_taken_and_nothing_else_is_left(service: Project, plan: Plan) -> None:
    before = contents(service.root)

    apply(service, plan)

    wanted = {str(draft.path): draft.text.encode() for draft in DRAFTS}
    folders = {"new": b"folder", "new/deeper": b"folder"}
    del before[str(OLD.path)]
    assert contents(service.root) == before | wanted | folders | {str(OTHER.path): b"other = 2\n"}


def test_a_file_that_appeared_meanwhile_stops_it_and_stays(service: Project, plan: Plan) -> None:
    racing = service.root / DRAFTS[2].path
    racing.write_text("theirs\n")
    before = contents(service.root)

    with pytest.raises(WriteRefused, match=r"third\.py was changed while gen was running"):
        apply(service, plan)

    assert contents(service.root) == before


def test_a_file_that_was_edited_meanwhile_stops_it_and_stays(
    service: Project, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = service.root / OTHER.path
    write = Journal.write

    def edit_then_write(journal: Journal, project: Project) -> None:
        if not journal.backwards:
            edited.write_text("theirs\n")
        write(journal, project)

    monkeypatch.setattr(Journal, "write", edit_then_write)

    with pytest.raises(WriteRefused, match=r"other\.py was changed"):
        apply(service, plan)

    assert edited.read_text() == "theirs\n"
    assert (service.root / OLD.path).read_text() == OLD.text
    assert not (service.root / "new").exists()


def prepared(root: Path) -> tuple[Project, Plan]:
    """A service of its own, and a plan for it of three files that come, one that goes, one changed."""
    service = make_bare_service(root)
    (root / ".gen").mkdir()
    for draft in (OLD, OTHER):
        service.at(draft.path).write_text(draft.text)
    changed = Replace(Draft(OTHER.path, "other = 2\n"), OTHER.text)
    return service, Plan("five files", (*compare(service, DRAFTS), Remove(OLD), changed))


def test_a_run_killed_anywhere_is_finished_or_undone_by_the_next(tmp_path: Path) -> None:
    finished = set()
    for changes in count():
        assert changes < DEADLINE_CHANGES
        service, plan = prepared(tmp_path / str(changes))
        before = contents(service.root)
        if not killed_after(changes, partial(apply, service, plan)):
            break
        # The one that mends it is killed as well.
        killed_after(1, partial(recover, service))

        apply(service, Plan("nothing", ()))

        after = contents(service.root)
        is_finished = all((service.root / draft.path).exists() for draft in DRAFTS)
        assert is_finished != (after == before)
        assert is_finished != (service.root / OLD.path).exists()
        assert [path for path in after if path.startswith(".gen/")] == []
        finished.add(is_finished)

    assert finished == {True, False}


def test_an_interrupt_is_passed_on_after_everything_is_taken_back(
    service: Project, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(service.root)
    real = os.link

    def interrupted(source: Path, place: Path) -> None:
        if place.name == "third.py":
            raise KeyboardInterrupt
        real(source, place)

    monkeypatch.setattr("os.link", interrupted)

    with pytest.raises(KeyboardInterrupt):
        apply(service, plan)

    assert contents(service.root) == before


def test_a_full_disk_leaves_the_tree_as_it_was(
    service: Project, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(service.root)

    def full(_source: Path, place: Path) -> None:
        raise OSError(28, "No space left on device", str(place))

    monkeypatch.setattr("os.link", full)

    with pytest.raises(WriteRefused, match="No space left on device"):
        apply(service, plan)

    assert contents(service.root) == before


def test_a_folder_without_links_is_written_too(
    service: Project, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(_source: Path, place: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(place))

    monkeypatch.setattr("os.link", no_links)

    apply(service, plan)

    assert (service.root / DRAFTS[0].path).read_text() == "first = 1\n"
    assert [path for path in contents(service.root) if "gen-new" in path] == []


def test_a_second_gen_waits_and_then_gives_up(
    service: Project, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = service.root / ".gen"
    monkeypatch.setattr(applying, "LOCK_PATIENCE_SECONDS", 0.0)
    descriptor = os.open(notes, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        with pytest.raises(Taken, match="another gen"):
            apply(service, plan)
    finally:
        os.close(descriptor)

    apply(service, plan)

    assert (service.root / DRAFTS[0].path).exists()
