"""gen doctor, against real updates: what it warns of conflicts, and what it is silent about does not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from git_repository import GitRepository
from release_line import CHANGED_LINES, FUTURE, WORK_TREE, ReleaseLine
from team_edits import TeamEdits
from tree import Ownership, files_of
from valkey_chassis.cli import main
from valkey_chassis.ownership import Owned
from valkey_chassis.project import Project


@pytest.fixture(scope="session")
def releases(
    template: Path, made_once: Callable[[str, Callable[[Path], object]], Path]
) -> ReleaseLine:
    """The work tree and an invented next version, as tags of one repository."""
    return ReleaseLine(
        made_once("releases", lambda draft: ReleaseLine(draft).fill(work_tree=template))
    )


@pytest.fixture
def service(releases: ReleaseLine, tmp_path: Path) -> GitRepository:
    """A service of the work tree, as its team leaves it after a month."""
    service = releases.start(tmp_path / "service", WORK_TREE)
    TeamEdits.make(service.root)
    service.commit("a month of work")
    return service


def doctor(capsys: pytest.CaptureFixture[str], root: Path, *words: str) -> dict[str, str]:
    capsys.readouterr()
    code = main(["doctor", "--root", str(root), "--json", *words])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert code == (3 if found else 0)
    return {each["place"]: each["problem"] for each in found}


def test_a_month_of_work_that_an_update_keeps_is_no_finding(
    service: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(capsys, service.root) == {}
    assert doctor(capsys, service.root, "--to", FUTURE) == {}


@pytest.mark.parametrize("by_path", [False, True])
def test_an_edit_that_an_update_would_meet_is_found_and_nothing_is_touched(
    releases: ReleaseLine,
    service: GitRepository,
    capsys: pytest.CaptureFixture[str],
    by_path: bool,
) -> None:
    place = service.root / "ruff.toml"
    line = CHANGED_LINES["ruff.toml"][0]
    place.write_text(place.read_text().replace(line, "line-length = 90\n"))
    service.commit("shorter lines")
    before = files_of(service.root)

    known = doctor(capsys, service.root)
    rehearsed = doctor(capsys, service.root, "--to", str(releases.root) if by_path else FUTURE)

    assert "may conflict" in known["ruff.toml"]
    assert rehearsed == {"ruff.toml": "the update would leave it in conflict"}
    assert files_of(service.root) == before
    assert service.changes() == []


def test_a_version_that_there_is_not_is_said(
    service: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "did not come to its end" in doctor(capsys, service.root, "--to", "v77")["v77"]


def test_the_lists_of_a_real_service_are_read_as_git_reads_them(service: GitRepository) -> None:
    project, reference = Project.find(service.root), Ownership(service.root)

    for owner in ("owned", "shared", "seed"):
        mine = Owned.of(project, owner)
        paths = files_of(service.root)
        assert [path for path in paths if path in mine] == [
            path for path in paths if owner in reference.classes_of(path)
        ]
