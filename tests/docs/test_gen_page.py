"""What the reference of gen shows of fields is what gen does."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from generators.bare_service import PACKAGE, make_bare_service
from page import Page
from snapshot import ROOT
from valkey_chassis.cli import NO_PROOF

PAGE = Page(ROOT / "docs" / "reference" / "gen.md")


def test_commands_about_fields_do_what_the_page_says(tmp_path: Path) -> None:
    root = make_bare_service(tmp_path / "service").root
    said, shown = "", []
    for block in PAGE.blocks():
        match block.words:
            case ("python", name):
                (root / "src" / PACKAGE / name).write_text(block.text)
            case ("json", name):
                (root / name).write_text(block.text)
            case ("sh", "run"):
                said = run(block.text.removeprefix("uv run gen "), root)
            case ("text", "shows"):
                shown.append(block.text.strip())
                assert shown[-1] in said

    assert shown


def run(words: str, root: Path) -> str:
    """What gen says in a service that proves nothing, for want of an environment."""
    done = subprocess.run(
        [sys.executable, "-m", "valkey_chassis", *shlex.split(words)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), NO_PROOF: "1"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
