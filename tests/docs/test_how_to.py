"""The how-to pages that tell commands of a service work as they are written, in a service."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from page import Page
from snapshot import ROOT

ADD_A_TASK = Page(ROOT / "docs" / "how-to" / "add-a-task.md")
EVOLVE_A_TASK = Page(ROOT / "docs" / "how-to" / "evolve-a-task.md")
CHANGE_A_POLICY = Page(ROOT / "docs" / "how-to" / "change-a-policy.md")


def test_a_policy_is_changed_as_the_page_says(
    rendered: Callable[[str], Path], tmp_path: Path
) -> None:
    service = tmp_path / "service"
    shutil.copytree(rendered("default"), service)
    command = f"{sys.executable} -m demo_service.cli"
    said, shown = "", []
    for block in CHANGE_A_POLICY.blocks():
        if block.words[:2] == ("sh", "run"):
            words = block.text.replace("uv run order-service", command)
            said = run(words, service)
        elif block.words[:2] == ("sh", "append=.env"):
            (service / ".env").write_text(block.text, encoding="utf-8")
        elif block.words == ("text", "shows"):
            shown.append(block.text.strip())
            assert shown[-1] in said

    assert shown


def test_a_task_in_use_is_changed_as_the_page_says(
    rendered: Callable[[str], Path], tmp_path: Path
) -> None:
    service = tmp_path / "service"
    shutil.copytree(rendered("default"), service)
    first = next(block for block in ADD_A_TASK.blocks() if block.words[:1] == ("sh",))
    changes = [block for block in EVOLVE_A_TASK.blocks() if block.words[:2] == ("sh", "run")]

    for block in (first, *changes):
        run(block.text.replace("uv run gen", f"{sys.executable} -m valkey_chassis"), service)

    assert len(changes) == 3
    run(f"{sys.executable} -m pytest -q -p no:cacheprovider tests/tasks", service)


def run(command: str, service: Path) -> str:
    """What a command of the service says, in its folder."""
    done = subprocess.run(
        ["sh", "-eu", "-c", command],
        cwd=service,
        env={"PYTHONPATH": f"src:{ROOT / 'generators'}", "GEN_NO_PROOF": "1"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
