"""Every answer set's own suite and type check pass, in the one environment of this repository."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import IN_CI
from rendering import answer_sets

every_answer_set = pytest.mark.parametrize("answers", answer_sets())


@every_answer_set
def test_own_suite_passes_on_a_real_valkey(
    service_copy: Callable[[str], Path], run_in: Callable[..., str], answers: str
) -> None:
    output = run_in(service_copy(answers), "pytest", "-q", "-p", "no:cacheprovider")

    closing = output.strip().splitlines()[-1]
    assert re.search(r"\d+ passed", closing), closing
    assert not (IN_CI and "skipped" in closing), output[-4000:]


@every_answer_set
def test_strict_type_checker_has_nothing_to_say(
    service_copy: Callable[[str], Path],
    run_in: Callable[..., str],
    shared_folder: Path,
    answers: str,
) -> None:
    run_in(service_copy(answers), "mypy", f"--cache-dir={shared_folder / f'mypy-{answers}'}")
