"""gen doctor says what would trouble gen, the service or an update; an older gen says so and stops."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, tree_of
from generators.test_commands import newer_template
from git_repository import GitRepository
from snapshot import ROOT
from valkey_chassis.diagnosis import judge_environment
from valkey_chassis.ownership import Owned
from valkey_chassis.project import ANSWERS_FILE, Project
from valkey_chassis.releases import RELEASE, is_later

Gen = Callable[..., Answer]
MODULE = "src/demo_service/tasks/send_invoice.py"
OWNERSHIP = """\
owned = ["/ruff.toml", "/src/*/chassis/**", "/src/*/tasks/__init__.py", "/src/*/*.py"]
shared = ["/pyproject.toml"]
seed = ["/src/*/tasks/**", "!/src/*/tasks/__init__.py"]
"""


@pytest.fixture(autouse=True)
def repository(service: Project) -> GitRepository:
    """As a rendered service that was committed at once."""
    for folder in (".gen", "src/demo_service/events", "src/demo_service/endpoints"):
        (service.root / folder).mkdir()
    (service.root / ".gen/ownership.toml").write_text(OWNERSHIP)
    (service.root / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.11"\n')
    repository = GitRepository.begin(service.root)
    repository.commit("start")
    return repository


def findings(gen: Gen) -> dict[str, str]:
    """What is found, by its place."""
    answer = gen("doctor", "--json")
    found = json.loads(answer.out)["findings"]
    assert answer.code == (3 if found else 0)
    return {each["place"]: f"{each['problem']} -> {each['way_out']}" for each in found}


def write(service: Project, path: str, text: str) -> None:
    place = service.root / path
    place.parent.mkdir(exist_ok=True, parents=True)
    place.write_text(text, encoding="utf-8")


def test_a_note_that_cannot_be_read_hides_no_other_finding(service: Project, gen: Gen) -> None:
    gen("task", "send_invoice")
    gen("task", "send_reminder")
    write(service, ".gen/items/task-send_reminder.toml", "kind = ")
    (service.root / MODULE).unlink()

    found = findings(gen)

    assert "cannot be read" in found[".gen/items/task-send_reminder.toml"]
    assert "it is gone" in found[MODULE]


def test_an_import_of_a_module_that_is_gone_is_told(service: Project, gen: Gen) -> None:
    gen("event", "order_paid")
    gen("listener", "mark_order", "--on", "order_paid")
    answer = gen("destroy", "event", "order_paid")
    write(
        service,
        "src/demo_service/endpoints/careful.py",
        "import demo_service.tasks\nfrom .. import tasks\nfrom ..chassis import contracts\n\n"
        "try:\n    from ..events import order_paid\nexcept ImportError:\n    pass\n",
    )

    found = findings(gen)

    assert "gen destroy listener mark_order" in answer.out
    assert list(found) == ["src/demo_service/events/mark_order.py:4"]
    assert "imports src/demo_service/events/order_paid.py, which is not there" in str(found)


def test_nothing_is_found_where_nothing_is_wrong_and_nothing_is_written(
    service: Project, gen: Gen
) -> None:
    gen("task", "send_invoice")
    before = tree_of(service.root)

    answer = gen("doctor")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"gen {RELEASE}, template v1: nothing found\n"
    assert tree_of(service.root) == before


def test_what_the_template_owns_and_the_team_edited_or_deleted_is_told(
    service: Project, gen: Gen, repository: GitRepository
) -> None:
    write(service, "ruff.toml", "# ours\n")
    write(service, "src/demo_service/chassis/rooms/added.py", "")
    write(service, MODULE, "")
    write(service, "pyproject.toml", '[project]\nname = "ours"\n')
    repository.commit("a month of work")
    (service.root / "src/demo_service/chassis/testing/__init__.py").unlink()

    found = findings(gen)

    assert set(found) == {"ruff.toml", "src/demo_service/chassis/testing/__init__.py"}
    assert "was edited since the last update" in found["ruff.toml"]
    assert "was deleted" in found["src/demo_service/chassis/testing/__init__.py"]


def test_an_update_begins_a_new_count(
    service: Project, gen: Gen, repository: GitRepository
) -> None:
    write(service, "ruff.toml", "# of the next version\n")
    answers = (service.root / ANSWERS_FILE).read_text()
    write(service, ANSWERS_FILE, answers.replace("v1", "v2"))
    repository.commit("update")

    assert findings(gen) == {}


def test_without_history_edits_cannot_be_told(service: Project, gen: Gen) -> None:
    shutil.rmtree(service.root / ".git")

    assert "git init" in findings(gen)[".git"]


def test_files_that_have_gone_or_moved_are_told(service: Project, gen: Gen) -> None:
    gen("task", "send_invoice")
    gen("task", "close_day")
    write(service, "src/demo_service/tasks/billing/__init__.py", "")
    shutil.move(service.root / MODULE, service.root / "src/demo_service/tasks/billing")
    (service.root / "tests/tasks/test_close_day.py").unlink()

    found = findings(gen)

    assert "tasks/billing/send_invoice.py now" in found[MODULE]
    assert "gen destroy task close_day" in found["tests/tasks/test_close_day.py"]


def test_items_and_own_templates_of_other_releases_are_told(
    gen: Gen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gen("eject", "event")
    gen("task", "send_invoice")
    newer_template(monkeypatch, tmp_path, "Yours to write.", "Write here.")
    event = tmp_path / "templates/event/event.py.jinja"
    event.write_text(event.read_text() + "# newer\n")

    found = findings(gen)

    assert "gen upgrade task send_invoice" in found[".gen/items/task-send_invoice.toml"]
    own = ".gen/templates/event/event.py.jinja"
    assert f"diff -u {own} {event}" in found[own]
    assert "--accept" in found[own]


def test_what_discovery_would_refuse_is_told_without_importing(service: Project, gen: Gen) -> None:
    tasks = "src/demo_service/tasks"
    write(service, f"{tasks}/one.py", "@task()\nasync def pay(args, context): ...\n")
    write(service, f"{tasks}/two.py", "@task(name='pay')\nasync def other(args, context): ...\n")
    write(service, f"{tasks}/three.py", "@task(queue='default')\ndef add(args, context): ...\n")
    write(service, f"{tasks}/four.py", "raise SystemExit\ndef (:\n")
    moved = 'class Moved(Event, name="moved"): ...\n'
    write(service, "src/demo_service/events/moved.py", moved + moved)

    found = findings(gen)

    assert "is no Python" in found[f"{tasks}/four.py:2"]
    assert f"defined again in {tasks}/two.py:2" in found[f"{tasks}/one.py:2"]
    assert "a queue holds one kind" in found[f"{tasks}/three.py:2"]
    assert "event 'moved' is defined again" in found["src/demo_service/events/moved.py:1"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[project]\nrequires-python = ">=9.1"\n', "Python"),
        ("requires-python =", "pyproject.toml"),
        (
            '[tool.uv.sources]\nvalkey-chassis = { git = "https://x.example/t", rev = "bbbb" }\n',
            "gen",
        ),
    ],
)
def test_an_environment_that_does_not_fit_is_told(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch, text: str, place: str
) -> None:
    write(service, "pyproject.toml", text)
    monkeypatch.setattr("valkey_chassis.diagnosis.environment._installed_commit", lambda: "aaaa")

    assert place in findings(gen)


def test_missing_tools_are_told(service: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for finder in ("find_tool", "find_spec"):
        monkeypatch.setattr(f"valkey_chassis.diagnosis.environment.{finder}", lambda *_: None)

    assert {each.place for each in judge_environment(service)} == {"ruff", "git", "mypy", "pytest"}


def test_a_rehearsal_without_copier_says_how_to_get_it(
    gen: Gen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valkey_chassis.diagnosis.rehearsal.find_tool", lambda *_: None)

    answer = gen("doctor", "--to", "v2")

    assert (answer.code, "uv tool install copier" in answer.err) == (2, True)


@pytest.mark.parametrize("command", [("list",), ("task", "send_invoice"), ("doctor",)])
def test_a_gen_of_an_older_release_refuses_politely(
    service: Project, gen: Gen, command: tuple[str, ...]
) -> None:
    answers = (service.root / ANSWERS_FILE).read_text()
    write(service, ANSWERS_FILE, answers.replace("_commit: v1", "_commit: v99.0.0-3-gabc1234"))
    before = tree_of(service.root)

    answer = gen(*command)

    assert answer.code == 5
    assert f"this gen is of release {RELEASE}" in answer.err
    assert "uv sync" in answer.err
    assert tree_of(service.root) == before


@pytest.mark.parametrize("command", [("list",), ("check",), ("eject", "task")])
def test_notes_of_a_later_release_are_left_alone(
    service: Project, gen: Gen, command: tuple[str, ...]
) -> None:
    gen("eject", "task")
    gen("task", "send_invoice")
    for note in (".gen/items/task-send_invoice.toml", ".gen/templates/task.toml"):
        text = (service.root / note).read_text()
        write(service, note, text.replace("schema = 1", "schema = 2"))

    answer = gen(*command)

    assert (answer.code, "uv sync" in answer.err) == (5, True)


@pytest.mark.parametrize(
    ("commit", "later"),
    [
        ("v0.1.0", False),
        ("0.1.0-12-gabcdef0", False),
        ("v0.1.1", True),
        ("v0.10.0rc1", True),
        ("v0.2.0", True),
        ("e0a4a91", False),
        ("", False),
    ],
)
def test_releases_are_compared_by_their_numbers(commit: str, later: bool) -> None:
    assert is_later(commit, than="0.1.0") is later


def test_the_release_is_that_of_the_package() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    released = tomllib.loads((ROOT / "releases.toml").read_text()).get("release", [])

    assert pyproject["project"]["version"] == RELEASE
    assert not any(is_later(each["version"]) for each in released)


def test_the_classes_are_read_as_the_template_lists_them(service: Project) -> None:
    owned = Owned.of(service)

    paths = [
        *("ruff.toml", "src/demo_service/app.py", "src/demo_service/chassis/a/b.py"),
        *("src/demo_service/tasks/__init__.py", "src/demo_service/tasks/a.py", "docs/ruff.toml"),
    ]

    assert [path in owned for path in paths] == [True, True, True, True, False, False]
    assert "src/demo_service/tasks/__init__.py" not in Owned.of(service, "seed")
    assert re.fullmatch(r"\d+\.\d+\.\d+", RELEASE)
