"""Services made from every release update to the work tree, and the work tree to what comes next."""

from collections.abc import Callable
from pathlib import Path

import pytest

from release_line import FUTURE, STARTS, WORK_TREE, ReleaseLine
from team_edits import TeamEdits
from tree import Ownership, answers_of, files_of

every_start = pytest.mark.parametrize("start", STARTS)


@pytest.fixture(scope="session")
def releases(
    template: Path, made_once: Callable[[str, Callable[[Path], object]], Path]
) -> ReleaseLine:
    """Every release, the work tree and an invented next version, as tags of one repository."""
    return ReleaseLine(
        made_once("releases", lambda draft: ReleaseLine(draft).fill(work_tree=template))
    )


@every_start
def test_every_edit_of_a_team_survives(releases: ReleaseLine, tmp_path: Path, start: str) -> None:
    service = releases.start(tmp_path / "service", start)
    edits = TeamEdits.make(service.root)
    service.commit("a month of work")
    before = answers_of(service.root)

    releases.update(service, start)

    conflicts = [line for line in service.changes() if line[:2] in {"UU", "AA", "DU", "UD"}]
    assert conflicts == []
    assert [path for path in files_of(service.root) if path.endswith(".rej")] == []
    assert edits.lost() == []
    assert answers_of(service.root) == before | {"_commit": releases.target(start)}


@every_start
def test_an_unedited_service_becomes_what_a_fresh_one_is(
    releases: ReleaseLine, tmp_path: Path, start: str
) -> None:
    service = releases.start(tmp_path / "service", start)
    old = files_of(service.root)
    fresh = files_of(releases.render(tmp_path / "fresh", releases.target(start)))
    ownership = Ownership(tmp_path / "fresh")

    releases.update(service, start)

    updated = files_of(service.root)
    seeds = {path for path in updated if ownership.classes_of(path) == ["seed"]}
    fresh_seeds = {path for path in fresh if ownership.classes_of(path) == ["seed"]}
    assert {path: updated[path] for path in seeds} == {path: old[path] for path in seeds}
    assert (
        differing(
            {path: text for path, text in updated.items() if path not in seeds},
            {path: text for path, text in fresh.items() if path not in fresh_seeds},
        )
        == []
    )


def test_the_next_version_reaches_what_the_template_owns(
    releases: ReleaseLine, tmp_path: Path
) -> None:
    service = releases.start(tmp_path / "service", WORK_TREE)
    TeamEdits.make(service.root)
    service.commit("a month of work")

    releases.update(service, WORK_TREE)

    assert releases.target(WORK_TREE) == FUTURE
    assert releases.unreached(service.root) == []


# Whole suites take minutes: the longest way and the newest one stand for those between.
@pytest.mark.parametrize("start", sorted({STARTS[0], STARTS[-1]}))
def test_an_updated_service_is_clean(
    releases: ReleaseLine,
    tmp_path: Path,
    start: str,
    run_in: Callable[..., str],
) -> None:
    service = releases.start(tmp_path / "service", start)
    TeamEdits.make(service.root)
    service.commit("a month of work")

    releases.update(service, start)

    run_in(service.root, "ruff", "format", "--check")
    run_in(service.root, "ruff", "check")
    run_in(service.root, "pytest", "-q")


def test_switching_a_feature_on_and_off_again_keeps_the_tree(
    releases: ReleaseLine, tmp_path: Path
) -> None:
    service = releases.start(tmp_path / "service", WORK_TREE)
    before = files_of(service.root)

    releases.update(service, WORK_TREE, features=["opentelemetry"], to=WORK_TREE)
    service.commit("on")
    assert any("opentelemetry" in path for path in files_of(service.root))
    releases.update(service, WORK_TREE, features=[], to=WORK_TREE)

    assert differing(before, files_of(service.root)) == []


def differing(left: dict[str, bytes], right: dict[str, bytes]) -> list[str]:
    """Paths that are not the same on both sides."""
    return sorted(path for path in left.keys() | right.keys() if left.get(path) != right.get(path))
