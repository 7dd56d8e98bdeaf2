"""What gen does at the edges: wrong usage, every option, names that are nearly taken, links, pipes."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, contents_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = ("task", "charge_card", "amount:decimal:gt=0", "--retry", "3")
MODULE = "src/demo_service/tasks/charge_card.py"


@pytest.fixture(autouse=True)
def notes(service: Project) -> None:
    """As in a rendered service."""
    (service.root / ".gen").mkdir()


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


OPTIONS: tuple[tuple[str, ...], ...] = (
    ("--about=-1 is taken off",),
    ("--cpu", "--queue", "heavy", "--priority", "low"),
    ("--schedule", "*/5 * * * *", "--timezone", "Europe/Berlin"),
    ("--rate-limit", "9/hour/tenant", "--idempotent", "24h", "--credits", "3"),
    ("--retry", "3", "--timeout", "1.5", "--total", "60"),
    ("--roles", "billing,finance", "--scopes", "pay:write", "--cache", "5m"),
    ("--concurrency", "3", "--breaker", "pay-api"),
    ("--result", "receipt:uuid", "at:datetime"),
)


@pytest.mark.parametrize("options", OPTIONS, ids=[words[0] for words in OPTIONS])
def test_the_shown_command_has_every_option(
    service: Project, gen: Gen, options: tuple[str, ...]
) -> None:
    assert gen("task", "charge_card", "note:str:optional", *options).code == 0
    made = contents_of(service.root)

    command = shlex.split(gen("show", "task", "charge_card", "--command").out)
    gen("destroy", "task", "charge_card")

    assert gen(*command[3:]).code == 0
    assert contents_of(service.root) == made


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
    commands: dict[str, list[tuple[str, ...]]] = {
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
