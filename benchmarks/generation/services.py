"""The services that are measured: rendered from this work tree, with few and with many tasks."""

import compileall
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

from rendering import render
from snapshot import ROOT, snapshot
from valkey_chassis.cli import main as gen

ANSWERS: dict[str, object] = {
    "project_name": "Bench Service",
    "description": "Measured.",
    "team": "Bench, bench@example.com",
}
PACKAGE = "bench_service"
FIELDS = (
    *("user_id:uuid", "amount:decimal:gt=0:places=2", "kind:enum:card/iban", "note:str:optional"),
    *("--queue", "billing", "--retry", "5", "--timeout", "10", "--idempotent", "24h"),
)
TASK = ("task", "charge_card", *FIELDS)
FORGET = ("destroy", "task", "charge_card", "--force", "--no-proof", "--json")


def services(folder: Path, sizes: Sequence[int]) -> Iterator[Path]:
    """One service with so many generated tasks for each size."""
    template = snapshot(folder / "template")
    for size in sizes:
        service = render(ANSWERS, folder / f"service-{size}", template)
        add_tasks(service, size)
        # As after a first run of anything: nobody measures the compiler twice.
        compileall.compile_dir(service / "src", quiet=2)
        yield service


def add_tasks(service: Path, count: int) -> None:
    """Generate them as a team would have, but in one process."""
    with chdir(service), redirect_stdout(StringIO()):
        for number in range(count):
            words = ("task", f"charge_thing_{number}", *FIELDS, "--no-proof")
            if code := gen(words):
                message = f"gen {' '.join(words)} ended with {code}"
                raise RuntimeError(message)


def gen_command(*words: str) -> list[str]:
    """gen, as its console script starts it."""
    return [sys.executable, "-m", "valkey_chassis", *words]


def environment() -> dict[str, str]:
    """Generator of this work tree; nothing of the shell that would change what is measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GEN_")}
    return {**kept, "PYTHONPATH": str(ROOT / "generators")}


def forget_task(service: Path) -> None:
    """Take the generated task back. Raises CalledProcessError."""
    subprocess.run(
        gen_command(*FORGET), cwd=service, env=environment(), check=True, capture_output=True
    )
