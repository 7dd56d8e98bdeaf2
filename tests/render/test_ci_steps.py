"""What the CI of a service runs: the same steps on both hosts, and each passes on a fresh service."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rendering import answer_sets
from snapshot import ROOT

HOSTS = (".github/workflows/ci.yml", ".gitlab-ci.yml.jinja")
STEP = re.compile(r"uv run --no-sync (.+)")


def test_both_hosts_run_the_same_steps() -> None:
    steps = [STEP.findall((ROOT / "template" / host).read_text()) for host in HOSTS]

    assert steps[0] == steps[1]
    assert "gen check" in steps[0]


@pytest.mark.parametrize("answers", answer_sets())
def test_gen_check_finds_nothing_in_a_fresh_service(
    rendered: Callable[[str], Path], answers: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "valkey_chassis", "check"],
        cwd=rendered(answers),
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
