"""The process itself: what it loads, what it exits with, what help says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from valkey_chassis.project import Project

GENERATORS = Path(__file__).parents[2] / "generators"
NEVER = {"copier", "pydantic", "typer", "click", "yaml", "rich", "celery", "fastapi"}
LOADED = "import sys; from valkey_chassis.cli import main; code = main(sys.argv[1:]); "
SHOWN = "print(*sorted(m for m in sys.modules if '.' not in m), file=sys.stderr); sys.exit(code)"


def run(service: Project, *words: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """Gen as a process of its own, without a terminal."""
    start = ["-c", code] if code else ["-m", "valkey_chassis"]
    return subprocess.run(
        [sys.executable, *start, *words],
        cwd=service.root,
        env={**os.environ, "PYTHONPATH": str(GENERATORS), "PYTHONIOENCODING": "ascii"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_generation_loads_jinja_and_none_of_the_heavy_libraries(service: Project) -> None:
    done = run(service, "task", "send_invoice", "order_id:uuid", code=LOADED + SHOWN)

    loaded = set(done.stderr.split())
    assert done.returncode == 0
    assert "jinja2" in loaded
    assert loaded & NEVER == set()


def test_a_refusal_does_not_even_load_jinja(service: Project) -> None:
    done = run(service, "task", "send_invoice", "order_id:uuuid", code=LOADED + SHOWN)

    assert done.returncode == 2
    assert "jinja2" not in done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--help"], "a typed task with its test"),
        (["task", "--help"], "--rate-limit"),
        (["task", "--help"], "3  conflict"),
        (["check", "--help"], "For CI: notes"),
    ],
)
def test_help_exits_with_zero(service: Project, words: list[str], said: str) -> None:
    done = run(service, *words)

    assert done.returncode == 0
    assert said in done.stdout


@pytest.mark.parametrize("words", [[], ["tsk"], ["task"], ["task", "x", "--retry"]])
def test_a_wrong_command_exits_with_two(service: Project, words: list[str]) -> None:
    done = run(service, *words)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_terminal_that_knows_only_ascii_gets_a_diff_of_anything(service: Project) -> None:
    (service.root / service.tasks / "send_invoice.py").write_text("# Zürich\n", encoding="utf-8")

    done = run(service, "task", "send_invoice", "--diff")

    assert done.returncode == 3
    assert r"-# Z\xfcrich" in done.stdout


def test_a_terminal_that_knows_only_ascii_gets_a_refusal_too(service: Project) -> None:
    done = run(service, "task", "chargé")

    assert done.returncode == 2
    assert "cannot name a task" in done.stderr
    assert "Traceback" not in done.stderr
