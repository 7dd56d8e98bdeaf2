"""What gen does about files that a team has moved, split, removed, or is in the middle of merging."""

from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from generators.bare_service import Answer, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
MODULE = "src/demo_service/tasks/charge_card.py"
PACKAGE = "src/demo_service/tasks/charge_card/__init__.py"
EVOLVING = [
    pytest.param(("upgrade",), id="upgrade"),
    pytest.param(("field", "charge_card", "note:str:optional"), id="field"),
    pytest.param(("rename", "task", "charge_card", "take_card"), id="rename"),
]
UNSETTLED = '<<<<<<< HEAD\n    """Charge."""\n=======\n    """Take."""\n>>>>>>> side\n'


@pytest.fixture(autouse=True)
def charge_card(service: Project, gen: Gen) -> None:
    (service.root / ".gen").mkdir()
    assert gen("task", "charge_card", "amount:money", "--retry", "3").code == 0


def move(service: Project, target: str) -> None:
    place = service.root / target
    place.parent.mkdir(exist_ok=True)
    (service.root / MODULE).rename(place)


@pytest.mark.parametrize("command", EVOLVING)
@pytest.mark.parametrize(
    "target", [PACKAGE, "src/demo_service/tasks/cards.py"], ids=["a_package", "another_name"]
)
def test_a_task_that_was_moved_is_not_made_a_second_time(
    service: Project, gen: Gen, command: tuple[str, ...], target: str
) -> None:
    move(service, target)
    before = tree_of(service.root)

    answer = gen(*command)

    assert answer.code == 3
    assert f"it seems to be {target} now" in answer.err
    assert tree_of(service.root) == before


def test_a_task_gets_back_a_name_that_it_had(service: Project, gen: Gen) -> None:
    before = (service.root / MODULE).read_text(encoding="utf-8")
    gen("rename", "task", "charge_card", "take_card")

    answer = gen("rename", "task", "take_card", "charge_card")

    assert answer.code == 0, answer.err
    text = (service.root / MODULE).read_text(encoding="utf-8")
    assert text.replace(', formerly=("take_card",)', "") == before
    assert gen("check").code == 0
    assert gen("upgrade").out.endswith("nothing to do\n")


def test_a_task_that_was_removed_does_not_come_back_by_itself(service: Project, gen: Gen) -> None:
    (service.root / MODULE).unlink()
    before = tree_of(service.root)

    answer = gen("upgrade")

    assert answer.code == 3
    assert "it is gone" in answer.err
    assert "gen destroy task charge_card" in answer.err
    assert tree_of(service.root) == before


@pytest.mark.parametrize("command", ["check", "doctor"])
def test_a_module_that_became_a_package_is_not_told_to_be_destroyed(
    service: Project, gen: Gen, command: str
) -> None:
    move(service, PACKAGE)

    answer = gen(command)

    assert answer.code == 3
    assert f"it seems to be {PACKAGE} now" in answer.out
    assert "gen destroy" not in answer.out


@pytest.mark.parametrize("command", ["check", "list", "doctor"])
def test_a_note_in_the_middle_of_a_merge_is_told_with_the_way_to_settle_it(
    service: Project, gen: Gen, command: str
) -> None:
    note = service.root / ".gen/items/task-charge_card.toml"
    note.write_text(note.read_text().replace("\n[files]", f"\n{UNSETTLED}\n[files]"))

    answer = gen(command)

    assert answer.code == 3
    said = answer.out + answer.err
    assert "task-charge_card.toml is in the middle of a merge" in said
    assert "git checkout --ours" in said


@pytest.mark.parametrize("command", EVOLVING[1:])
@pytest.mark.parametrize("path", [MODULE, "tests/tasks/test_charge_card.py"])
def test_in_the_middle_of_a_merge_the_file_is_named_and_its_line(
    service: Project, gen: Gen, command: tuple[str, ...], path: str
) -> None:
    place = service.root / PurePosixPath(path)
    lines = place.read_text(encoding="utf-8").splitlines(keepends=True)
    place.write_text("".join([*lines, UNSETTLED]), encoding="utf-8")
    before = tree_of(service.root)

    answer = gen(*command)

    assert answer.code == 3
    assert f"{path}:{len(lines) + 1} is not Python" in answer.err
    assert "merge" in answer.err
    assert tree_of(service.root) == before
