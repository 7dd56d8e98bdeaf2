"""All files of a plan are put in place, or none."""

from pathlib import Path, PurePosixPath

import pytest

from generators.bare_service import tree_of
from valkey_chassis import apply as applying
from valkey_chassis.apply import apply
from valkey_chassis.errors import WriteRefused
from valkey_chassis.plan import Draft, Plan, compare
from valkey_chassis.project import Project

DRAFTS = [
    Draft(PurePosixPath("new/deeper/first.py"), "first = 1\n"),
    Draft(PurePosixPath("tests/tasks/second.py"), "second = 'é'\n"),
    Draft(PurePosixPath("src/demo_service/tasks/third.py"), "third = 3\n"),
]


@pytest.fixture
def plan(service: Project) -> Plan:
    return Plan("three files", compare(service, DRAFTS))


def test_every_file_is_written_as_utf8_and_nothing_else_is_left(
    service: Project, plan: Plan
) -> None:
    before = set(tree_of(service.root))

    apply(service, plan)

    for draft in DRAFTS:
        assert (service.root / draft.path).read_bytes() == draft.text.encode()
    added = set(tree_of(service.root)) - before
    assert added == {"new", "new/deeper", *(str(draft.path) for draft in DRAFTS)}


def test_a_file_that_appeared_meanwhile_stops_it_and_stays(service: Project, plan: Plan) -> None:
    racing = service.root / DRAFTS[2].path
    racing.write_text("theirs\n")
    before = tree_of(service.root)

    with pytest.raises(WriteRefused, match="appeared while gen was running"):
        apply(service, plan)

    assert tree_of(service.root) == before


@pytest.mark.parametrize("failing", range(6))
def test_a_failure_at_any_step_leaves_the_tree_as_it_was(
    service: Project, plan: Plan, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    # Three files are staged and three published: each of the six steps fails once.
    before = tree_of(service.root)
    taken = 0

    def failing_at_its_turn(step: str) -> None:
        real = getattr(applying, step)

        def run(*arguments: object) -> object:
            nonlocal taken
            taken += 1
            if taken == failing + 1:
                raise OSError(28, "No space left on device", "a file")
            return real(*arguments)

        monkeypatch.setattr(applying, step, run)

    failing_at_its_turn("_stage")
    failing_at_its_turn("_publish")

    with pytest.raises(WriteRefused, match="No space left on device"):
        apply(service, plan)

    assert tree_of(service.root) == before


def test_an_interrupt_is_passed_on_after_everything_is_taken_back(
    service: Project, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree_of(service.root)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(applying, "_publish", interrupted)

    with pytest.raises(KeyboardInterrupt):
        apply(service, plan)

    assert tree_of(service.root) == before


def test_a_folder_without_links_is_written_too(
    service: Project, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(_source: Path, place: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(place))

    monkeypatch.setattr("os.link", no_links)

    apply(service, plan)

    assert (service.root / DRAFTS[0].path).read_text() == "first = 1\n"
    assert [path for path in tree_of(service.root) if path.endswith(".gen-staged")] == []
