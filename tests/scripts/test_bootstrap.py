"""The scripts need Python 3.11 and git, nothing else, and say so when they lack them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from snapshot import ROOT, snapshot

SCRIPTS = sorted(
    path
    for path in (ROOT / "scripts").iterdir()
    if path.is_file() and path.suffix == "" and path.name != "bootstrap"
)
NEEDED = ("sh", "dirname", "env")


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A PATH with the shell's own tools alone: no uv, no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def run(script: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script with `path` as its whole PATH."""
    return subprocess.run(
        [str(script)], env={"PATH": str(path)}, capture_output=True, check=False, text=True
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_is_posix_and_executable(script: Path) -> None:
    text = script.read_text(encoding="utf-8")

    assert script.stat().st_mode & 0o111
    assert text.startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0


def test_missing_python_is_named_with_the_way_to_get_it(bare_path: Path, tmp_path: Path) -> None:
    checkout = snapshot(tmp_path / "checkout")

    done = run(checkout / "scripts" / "test", bare_path)

    assert done.returncode == 1
    assert "Python 3.11 or newer is needed and PATH has no python3" in done.stderr


def test_old_python_is_named_with_its_version(bare_path: Path, tmp_path: Path) -> None:
    checkout = snapshot(tmp_path / "checkout")
    old = bare_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
    old.chmod(0o755)

    done = run(checkout / "scripts" / "test", bare_path)

    assert done.returncode == 1
    assert "PATH has Python 3.9.2" in done.stderr
