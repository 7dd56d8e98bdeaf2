"""Renders the service that is measured from this work tree, with the bench tasks as its only tasks."""

import compileall
import shutil
from pathlib import Path

from rendering import render
from snapshot import snapshot

from .environments import PEERS

PACKAGE = "bench_service"
ANSWERS: dict[str, object] = {
    "project_name": "Bench Service",
    "description": "Measured beside its peers.",
    "team": "Bench, bench@example.com",
    "features": [],
}


def rendered_service(folder: Path, tasks: str = "service_tasks") -> Path:
    """Render into ``folder``, with ``tasks`` of peers/; returns what goes on the import path."""
    service = render(ANSWERS, folder / "service", snapshot(folder / "template"))
    team = service / "src" / PACKAGE / "tasks"
    for seed in team.glob("*.py"):
        if seed.name != "__init__.py":
            seed.unlink()
    shutil.copy(PEERS / f"{tasks}.py", team / "bench.py")
    # As an installed package: a process that compiles holds more memory for ever.
    compileall.compile_dir(service / "src", quiet=2)
    return service / "src"
