"""Finds the programs that a service's environment brings along."""

import os
import shutil
import sys
from pathlib import Path


def find_tool(root: Path, name: str) -> str | None:
    """The one beside this Python, else of the service's environment, else on the path."""
    file = f"{name}.exe" if os.name == "nt" else name
    folders = [Path(sys.executable).parent, root / ".venv" / "bin", root / ".venv" / "Scripts"]
    beside = next((folder / file for folder in folders if (folder / file).is_file()), None)
    return str(beside) if beside else shutil.which(name)
