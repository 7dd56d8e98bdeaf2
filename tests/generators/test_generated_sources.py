"""What arrives is clean for the formatter and the linter, whatever was asked for."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generators.field_specs import MODELS, VALID_MOSTLY
from valkey_chassis.cli import main
from valkey_chassis.names import MAX_NAME
from valkey_chassis.project import Project

TASKS = 100
RUFF = Path(sys.executable).with_name("ruff")
POLICIES = (
    *("--retry", "5", "--timeout", "10", "--total", "60", "--rate-limit", "100/minute"),
    *("--credits", "3", "--priority", "low", "--about", "charge a card once, l'été ou à Noël"),
)


def check(root: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_hundred_tasks_are_clean_for_formatter_and_linter(
    service: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(service.root)
    (service.root / "src/demo_service/models.py").write_text(MODELS)
    made = 0

    @settings(
        # Far more than it takes: not every example is a task that can be made.
        max_examples=1000,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        fields=st.lists(VALID_MOSTLY, max_size=4),
        result=st.lists(VALID_MOSTLY, max_size=3),
        cpu=st.booleans(),
    )
    def generate(fields: list[str], result: list[str], cpu: bool) -> None:
        nonlocal made
        if made == TASKS:
            return
        words = [f"make_thing_{made}", *fields, *(["--cpu"] if cpu else [])]
        words += ["--result", *result] if result else []
        code = main(["task", *words])
        assert code in {0, 2}
        made += code == 0

    generate()
    longest = "send_" + "very_long_" * 5 + "reminders"
    assert len(longest) == MAX_NAME
    assert main(["task", longest, "a:int", "--result", "a:int", *POLICIES]) == 0
    capsys.readouterr()

    assert made == TASKS
    check(service.root, str(RUFF), "format", "--check", ".")
    check(service.root, str(RUFF), "check", ".")
