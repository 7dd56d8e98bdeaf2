"""Asks git about a service, and never changes it."""

import subprocess
from pathlib import Path
from typing import Final

LONGEST_RUN_SECONDS: Final = 60


def git(folder: Path, *words: str) -> str | None:
    """What git says; None where it fails or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            ["git", *words],  # noqa: S607 - git's own place
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=LONGEST_RUN_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
