"""What gen does with what it has made: list, show, check, destroy, upgrade."""

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, edit, tree_of
from valkey_chassis import render
from valkey_chassis.plan import fingerprint_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = ("task", "charge_card", "amount:decimal:gt=0", "note:str:optional", "--retry", "3")
PAGE = "docs/tasks/charge_card.md"
MODULE = "src/demo_service/tasks/charge_card.py"
TEST = "tests/tasks/test_charge_card.py"


@pytest.fixture(autouse=True)
def notes(service: Project) -> None:
    """As in a rendered service."""
    (service.root / ".gen").mkdir()


def newer_template(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: str, new: str, name: str = "task.py.jinja"
) -> None:
    """A later release, whose template says something else."""
    folder = tmp_path / "templates"
    shutil.copytree(render.TEMPLATES, folder)
    place = folder / "task" / name
    text = place.read_text(encoding="utf-8")
    assert old in text
    place.write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(render, "TEMPLATES", folder)


def test_generate_and_destroy_leave_the_tree_byte_for_byte(service: Project, gen: Gen) -> None:
    before = tree_of(service.root)

    gen(*ORDER)
    answer = gen("destroy", "task", "charge_card")

    assert answer.code == 0
    assert tree_of(service.root) == before


def test_an_edited_item_is_destroyed_only_by_force(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    edit(service, '"""', '"""Ours. ', MODULE)
    before = tree_of(service.root)

    refused = gen("destroy", "task", "charge_card")

    assert refused.code == 3
    assert MODULE in refused.err
    assert "--force" in refused.err
    assert tree_of(service.root) == before

    assert gen("destroy", "task", "charge_card", "--force").code == 0
    assert not (service.root / MODULE).exists()


def test_destroy_names_who_speaks_of_it(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    other = service.root / service.tasks / "close_day.py"
    other.write_text("from .charge_card import charge_card\n")

    answer = gen("destroy", "task", "charge_card", "--dry-run")

    assert "src/demo_service/tasks/close_day.py:1" in answer.out
    assert (service.root / MODULE).exists()


def test_what_was_never_made_is_answered_with_the_nearest_name(service: Project, gen: Gen) -> None:
    gen(*ORDER)

    answer = gen("destroy", "task", "charge_cart")

    assert answer.code == 2
    assert "did you mean 'charge_card'?" in answer.err


def test_list_tells_what_was_edited(service: Project, gen: Gen) -> None:
    assert "nothing here yet" in gen("list").out
    gen(*ORDER)
    edit(service, '"""', '"""Ours. ', MODULE)

    listed = json.loads(gen("list", "--json").out)

    assert listed["items"] == [
        {"kind": "task", "name": "charge_card", "files": {"edited": 1, "unedited": 2}}
    ]


def test_the_shown_command_makes_the_same_again(service: Project, gen: Gen) -> None:
    words = (*ORDER, "--idempotent", "24h", "--cpu", "--result", "receipt:uuid", "at:datetime")
    gen(*words)
    made = (service.root / MODULE).read_text()

    command = gen("show", "task", "charge_card", "--command").out
    gen("destroy", "task", "charge_card")
    again = gen(*shlex.split(command)[3:])

    assert again.code == 0
    assert (service.root / MODULE).read_text() == made


def test_check_is_content_with_what_gen_made_and_with_edits_that_break_nothing(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    edit(service, "    note: ", "    reason: str = ''\n    note: ", MODULE)

    answer = gen("check")

    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    note: ", "    reason: str\n    note: ", "'reason' has no default"),
        ("    note: str | None = None\n", "", "'note' is gone"),
        ("    note: str | None = None\n", "    note: int | None = None\n", "was str | None"),
    ],
)
def test_check_refuses_arguments_that_queued_messages_do_not_fit(
    service: Project, gen: Gen, old: str, new: str, said: str
) -> None:
    gen(*ORDER)
    edit(service, old, new, MODULE)

    answer = gen("check")

    assert answer.code == 3
    assert said in answer.out
    assert f"{MODULE}" in answer.out

    assert gen("check", "--accept").code == 0
    assert gen("check").code == 0


def test_check_finds_what_is_missing_doubled_or_not_a_task_any_more(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    gen("task", "close_day")
    (service.root / TEST).unlink()
    twin = service.root / service.tasks / "twin.py"
    twin.write_text("@task(name='charge_card')\nasync def pay(args, context): ...\n")
    edit(service, "@task(", "@no_task(", "src/demo_service/tasks/close_day.py")

    found = {each["place"] for each in json.loads(gen("check", "--json").out)["findings"]}

    assert {place.partition(":")[0] for place in found} == {
        TEST,
        MODULE,
        "src/demo_service/tasks/close_day.py",
    }


def test_upgrade_brings_edited_items_to_the_new_form(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gen(*ORDER)
    edit(
        service,
        "    note: str | None = None\n",
        "    note: str | None = None\n    ours: int = 1\n",
        MODULE,
    )
    newer_template(
        monkeypatch, tmp_path, "from ..chassis import", "# A new line.\nfrom ..chassis import"
    )

    answer = gen("upgrade")

    text = (service.root / MODULE).read_text()
    assert answer.code == 0
    assert "# A new line." in text
    assert "ours: int = 1" in text
    assert gen("upgrade").out.endswith("nothing to do\n")
    assert json.loads(gen("list", "--json").out)["items"][0]["files"] == {
        "edited": 1,
        "unedited": 2,
    }


def test_upgrade_adds_what_is_new_and_leaves_a_file_of_the_team_s_own(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    page, note = service.root / PAGE, service.root / ".gen/items/task-charge_card.toml"
    lines = note.read_text().splitlines(keepends=True)
    note.write_text("".join(line for line in lines if PAGE not in line))
    (service.root / ".gen/base/task-charge_card/charge_card.md.base").unlink()
    made = page.read_text()
    page.unlink()

    assert gen("upgrade").code == 0
    assert page.read_text() == made

    note.write_text("".join(line for line in lines if PAGE not in line))
    (service.root / ".gen/base/task-charge_card/charge_card.md.base").unlink()
    page.write_text("# Ours\n")

    assert gen("upgrade").code == 0
    assert page.read_text() == "# Ours\n"


def test_upgrade_stops_at_a_conflict_and_writes_nothing(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gen(*ORDER)
    edit(service, "from ..chassis import", "# Ours.\nfrom ..chassis import", MODULE)
    newer_template(
        monkeypatch, tmp_path, "from ..chassis import", "# Theirs.\nfrom ..chassis import"
    )
    before = tree_of(service.root)

    answer = gen("upgrade", "task", "charge_card", "--diff")

    assert answer.code == 3
    assert "+<<<<<<< yours" in answer.out
    assert tree_of(service.root) == before


def test_upgrade_without_a_base_says_so(
    service: Project, gen: Gen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gen(*ORDER)
    shutil.rmtree(service.root / service.bases)
    newer_template(monkeypatch, tmp_path, "from ..chassis import", "# New.\nfrom ..chassis import")

    answer = gen("upgrade")

    assert answer.code == 3
    assert ".gen/base" in answer.err


@pytest.mark.parametrize("edited", [False, True])
def test_upgrade_removes_what_is_not_made_any_more_unless_it_was_edited(
    service: Project, gen: Gen, edited: bool
) -> None:
    gen(*ORDER)
    extra, note = "tests/tasks/test_extra.py", service.root / ".gen/items/task-charge_card.toml"
    base = service.root / ".gen/base/task-charge_card/test_extra.py.base"
    mark = fingerprint_of("made = 1\n")
    # As an earlier release made it, that had one more file.
    for place in (service.root / extra, base):
        place.write_text("made = 1\n")
    with note.open("a") as noted:
        noted.write(f'"{extra}" = "{mark}"\n')
    if edited:
        edit(service, "made", "ours", extra)

    answer = gen("upgrade")

    assert answer.code == 0
    assert (service.root / extra).exists() is edited
    assert (f"{extra} is yours now" in answer.out) is edited
    assert not base.exists()
    assert gen("upgrade").out.endswith("nothing to do\n")
    assert gen("check").code == 0


def test_show_leaves_out_what_goes_without_saying(gen: Gen) -> None:
    gen("task", "close_day", "--priority", "normal", "--retry", "3")
    gen("task", "open_day", "--priority", "low")

    assert gen("show", "task", "close_day", "--command").out == (
        "uv run gen task close_day --retry 3\n"
    )
    assert "--priority low" in gen("show", "task", "open_day").out
