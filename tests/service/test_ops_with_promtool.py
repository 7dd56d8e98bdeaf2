"""Prometheus' own checker reads the configuration and the rules, and runs the rules' tests."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PACKAGE = "`apt-get install prometheus` brings it"
CHECKS = {
    "configuration": ("check", "config", "prometheus.yml"),
    "rules": ("check", "rules", "rules/recording.yml", "rules/alerts.yml"),
    "alerts": ("test", "rules", "tests/alerts_test.yml"),
}


@pytest.mark.parametrize("words", CHECKS.values(), ids=CHECKS)
def test_promtool_accepts(
    rendered: Callable[[str], Path],
    require_program: Callable[[str, str], str],
    words: tuple[str, ...],
) -> None:
    promtool = require_program("promtool", PACKAGE)

    result = subprocess.run(
        [promtool, *words],
        cwd=rendered("default") / "ops/prometheus",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    # promtool reports a rule that it only doubts on stdout, and still succeeds.
    assert "WARNING" not in result.stdout
