"""The tutorial works as it is written: its commands and files, in order, in an empty folder."""

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from git_repository import SETTINGS
from page import Block, Page
from snapshot import ROOT

TUTORIAL = Page(ROOT / "docs" / "tutorial" / "first-task.md")

# Ends what the page leaves running, however the page ends.
PROLOGUE = """\
set -eux
trap '[ -z "${BACKGROUND:-}" ] || { kill "$BACKGROUND"; wait "$BACKGROUND" || true; }' EXIT
"""
START = """\
{command} > ../background.log 2>&1 &
BACKGROUND=$!
set +x
until [ -f .dev/session.json ]; do
    kill -0 "$BACKGROUND" || {{ cat ../background.log; exit 1; }}
    sleep 0.2
done
set -x
"""


def test_every_command_of_the_tutorial_works(
    template: Path, tmp_path: Path, require_program: Callable[[str, str], str]
) -> None:
    require_program(
        "curl", "install it with the system's package manager (Debian: apt-get install curl)"
    )
    require_program("uvx", "install uv; scripts/test brings it along")
    script = PROLOGUE + "".join(as_shell(block) for block in TUTORIAL.blocks())

    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment(template),
        capture_output=True,
        check=False,
        text=True,
        timeout=600,
    )

    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    assert [text for text in shown() if text not in done.stdout] == []


def as_shell(block: Block) -> str:
    """What a reader does with the block, as shell."""
    if block.words[:2] == ("sh", "run"):
        return block.text
    if block.words[:2] == ("sh", "background"):
        return START.format(command=block.text.strip())
    for word in block.words:
        what, _, path = word.partition("=")
        if what in {"file", "append"}:
            # Two blank lines before what is added, as between any two functions.
            redirection, gap = (">", "") if what == "file" else (">>", "\n\n")
            text = f"{gap}{block.text}END-OF-BLOCK\n"
            return f"cat {redirection} {shlex.quote(path)} <<'END-OF-BLOCK'\n{text}"
    return ""


def shown() -> Iterator[str]:
    """What the page says that its reader will see."""
    for block in TUTORIAL.blocks():
        if block.words == ("text", "shows"):
            yield block.text.strip()


def environment(template: Path) -> dict[str, str]:
    """A reader's environment: the template's place, and a git that knows who commits."""
    settings = dict(setting.split("=", 1) for setting in SETTINGS)
    git = {
        f"GIT_CONFIG_{part}_{number}": text
        for number, pair in enumerate(settings.items())
        for part, text in zip(("KEY", "VALUE"), pair, strict=True)
    }
    ours = {"VIRTUAL_ENV", "VALKEY_CHASSIS_PYTHON"}
    reader = {key: value for key, value in os.environ.items() if key not in ours}
    return reader | git | {"GIT_CONFIG_COUNT": str(len(settings)), "TEMPLATE": str(template)}
