"""Nothing is written that the service's own tools would not accept."""

from pathlib import PurePosixPath

import pytest

from generators.bare_service import PACKAGE, tree_of
from generators.conftest import Gen
from valkey_chassis.cli import NO_PROOF
from valkey_chassis.errors import ExitCode, Unproven
from valkey_chassis.plan import Create, Draft, Plan, Remove, Replace
from valkey_chassis.project import Project
from valkey_chassis.proof import proof, prove

MODULE = PurePosixPath("src", PACKAGE, "tasks", "add.py")
TEST = PurePosixPath("tests", "tasks", "test_add.py")
SOUND = '"""Adds."""\n\n\ndef add(a: int, b: int) -> int:\n    """The sum."""\n    return a + b\n'
ITS_TEST = (
    f'"""What add promises."""\n\nfrom {PACKAGE}.tasks.add import add\n\n\n'
    "def test_it_adds() -> None:\n    assert add(1, 2) == 3\n"
)


def plan_of(module: str, test: str = ITS_TEST) -> Plan:
    return Plan("add", (Create(Draft(TEST, test)), Create(Draft(MODULE, module))))


def test_sound_files_are_linted_type_checked_and_tested(service: Project) -> None:
    before = tree_of(service.root / "src") | tree_of(service.root / "tests")

    assert prove(service, plan_of(SOUND)).shown == ("no lint", "types fit", "1 tests passed")
    assert tree_of(service.root / "src") | tree_of(service.root / "tests") == before


@pytest.mark.parametrize(
    ("module", "test", "said"),
    [
        pytest.param(f"import os\n{SOUND}", ITS_TEST, "ruff does not accept", id="lint"),
        pytest.param(SOUND.replace("+ b", '+ "b"'), ITS_TEST, "mypy does not accept", id="types"),
        pytest.param(SOUND.replace("a + b", "a - b"), ITS_TEST, "assert -1 == 3", id="test"),
    ],
)
def test_what_a_tool_refuses_is_told_and_not_written(
    service: Project, module: str, test: str, said: str
) -> None:
    with pytest.raises(Unproven, match=said) as refusal:
        prove(service, plan_of(module, test))

    assert "--no-proof" in refusal.value.way_out
    assert not (service.root / MODULE).exists()


def test_files_that_change_and_go_are_seen_as_they_will_be(service: Project) -> None:
    gone = PurePosixPath("src", PACKAGE, "tasks", "old.py")
    for path, text in ((MODULE, "nothing = 0\n"), (TEST, ITS_TEST), (gone, "nothing = 0\n")):
        (service.root / path).write_text(text)
    asks_for_both = ITS_TEST.replace(
        "def test_it",
        f"def test_old_is_gone() -> None:\n    assert find_spec('{PACKAGE}.tasks.old') is None\n\n\n"
        "def test_it",
    ).replace("\n\nfrom", "\n\nfrom importlib.util import find_spec\n\nfrom", 1)
    plan = Plan(
        "change",
        (
            Replace(Draft(TEST, asks_for_both), ITS_TEST),
            Replace(Draft(MODULE, SOUND), "nothing = 0\n"),
            Remove(Draft(gone, "nothing = 0\n")),
        ),
    )

    assert "2 tests passed" in prove(service, plan).shown


def test_the_fixtures_of_the_team_are_there(service: Project) -> None:
    (service.root / "tests" / "conftest.py").write_text(
        "import pytest\n\n\n@pytest.fixture\ndef three() -> int:\n    return 3\n"
    )
    asks = ITS_TEST.replace("test_it_adds()", "test_it_adds(three: int)").replace(
        "== 3", "== three"
    )

    assert "1 tests passed" in prove(service, plan_of(SOUND, asks)).shown


def test_a_kept_tree_is_named_and_holds_what_was_checked(service: Project) -> None:
    with pytest.raises(Unproven) as refusal:
        prove(service, plan_of(SOUND.replace("a + b", "a - b")), keep=True)

    kept = refusal.value.way_out.partition("checked is in ")[2].partition(",")[0]
    assert "a - b" in (service.root / kept / MODULE).read_text()


def test_a_tool_that_is_not_installed_is_noticed(
    service: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "find_spec", {"ruff": True, "pytest": True}.get)

    proved = prove(service, plan_of(SOUND))

    assert proved.shown == ("no lint", "1 tests passed")
    assert [notice.partition(" ")[0] for notice in proved.notices] == ["mypy"]


def test_gen_writes_nothing_that_is_unproven(
    gen: Gen, service: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The chassis of a bare service is empty, so no task can run in it.
    monkeypatch.delenv(NO_PROOF)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    before = tree_of(service.root / "src") | tree_of(service.root / "tests")

    answer = gen("task", "send_invoice", "order_id:uuid")

    assert answer.code == ExitCode.UNPROVEN
    assert tree_of(service.root / "src") | tree_of(service.root / "tests") == before
    assert gen("task", "send_invoice", "order_id:uuid", "--no-proof").code == ExitCode.DONE
