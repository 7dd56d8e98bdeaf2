"""Asks a pydantic model for its JSON Schema, in a process of its own: importing may do anything."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ..errors import UsageRefused
from ..project import Project

LONGEST_IMPORT_SECONDS: Final = 60
_PROBE: Final = Path(__file__).with_name("probe.py")


def schema_of(project: Project, module: str, model: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The schema, and what it does not say. Raises UsageRefused in the words of the import."""
    name = f"{module}:{model}"
    try:
        done = subprocess.run(  # noqa: S603 - a script of our own; the names are identifiers
            [sys.executable, str(_PROBE), module, model],
            cwd=project.root,
            env=os.environ | {"PYTHONPATH": _path(project)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=LONGEST_IMPORT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageRefused(
            f"importing {module} took more than {LONGEST_IMPORT_SECONDS} s",
            "a module that holds models should do nothing when it is imported",
        ) from None
    try:
        answer = json.loads(done.stdout, parse_float=Decimal)
    except ValueError:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        answer = {"refused": f"its import ended with: {last}"}
    if "refused" in answer:
        raise UsageRefused(
            f"{name} cannot be read: {answer['refused']}",
            "name a module and a pydantic model in it, as package.module:Model, or give a JSON file",
        )
    return answer["schema"], tuple(answer["notices"])


def _path(project: Project) -> str:
    parts = [str(project.root / "src"), os.environ.get("PYTHONPATH", "")]
    return os.pathsep.join(filter(None, parts))
