"""What is rendered parses, is formatted, and keeps nothing of the template."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from rendering import answer_sets
from snapshot import ROOT
from tree import files_of, package_of, texts_of

every_answer_set = pytest.mark.parametrize("answers", answer_sets())

QUESTIONS = "project_name|description|team|slug|package|python_version|features|ci|pulsar"
PLACEHOLDER = re.compile(rf"\{{\{{-?\s*({QUESTIONS}|opentelemetry|_copier\w+)\b|\{{%|# copier:")


@every_answer_set
def test_no_placeholder_survives(rendered: Callable[[str], Path], answers: str) -> None:
    texts = texts_of(rendered(answers))

    found = [path for path, text in texts.items() if PLACEHOLDER.search(path + "\n" + text)]

    assert found == []


@every_answer_set
def test_every_file_parses(rendered: Callable[[str], Path], answers: str) -> None:
    parsers: dict[str, Callable[[str], object]] = {
        ".py": ast.parse,
        ".toml": tomllib.loads,
        ".json": json.loads,
        ".yml": lambda text: list(yaml.safe_load_all(text)),
        ".yaml": lambda text: list(yaml.safe_load_all(text)),
    }

    for path, text in texts_of(rendered(answers)).items():
        if parse := parsers.get(Path(path).suffix):
            parse(text)


@every_answer_set
def test_every_file_is_text_and_ends_with_one_newline(
    rendered: Callable[[str], Path], answers: str
) -> None:
    wrong = {
        path
        for path, content in files_of(rendered(answers)).items()
        if not content.endswith(b"\n") or content.endswith(b"\n\n") or b"\r" in content
    }

    assert wrong == set()


@every_answer_set
def test_paths_work_on_every_system(rendered: Callable[[str], Path], answers: str) -> None:
    paths = list(files_of(rendered(answers)))

    assert [path for path in paths if re.search(r'[<>:"|?*\\ {}]', path) or len(path) > 180] == []
    assert len({path.lower() for path in paths}) == len(paths)


def test_source_paths_can_be_checked_out_anywhere() -> None:
    paths = [path.relative_to(ROOT).as_posix() for path in (ROOT / "template").rglob("*")]

    assert [path for path in paths if re.search(r'[<>:"|?*\\ ]', path) or len(path) > 200] == []


@every_answer_set
def test_formatter_changes_nothing(rendered: Callable[[str], Path], answers: str) -> None:
    done = ruff(rendered(answers), "format", "--check", "--diff")

    assert done.returncode == 0, done.stdout + done.stderr


@every_answer_set
def test_linter_has_nothing_to_say(rendered: Callable[[str], Path], answers: str) -> None:
    done = ruff(rendered(answers), "check", "--output-format=concise")

    assert done.returncode == 0, done.stdout + done.stderr


def test_features_left_out_leave_no_trace(rendered: Callable[[str], Path]) -> None:
    texts = texts_of(rendered("minimal"))

    imports = {
        path: left_out
        for path, text in texts.items()
        if path.endswith(".py")
        and (left_out := top_level_imports(text) & {"pulsar", "opentelemetry"})
    }

    assert imports == {}
    assert [
        path for path in texts if re.search(r"pulsar|/opentelemetry|\.github|gitlab", path)
    ] == []
    assert not re.search("pulsar|opentelemetry", texts["pyproject.toml"])


def test_chosen_features_bring_their_files(rendered: Callable[[str], Path]) -> None:
    chassis = package_of(rendered("full")) / "chassis"

    assert (chassis / "messaging" / "pulsar_bridge.py").is_file()
    assert (chassis / "observability" / "opentelemetry.py").is_file()


def top_level_imports(text: str) -> set[str]:
    """First names of every absolute import of the module `text`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def ruff(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ruff over the service as the service's own configuration says."""
    return subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--no-cache"],
        cwd=root,
        capture_output=True,
        check=False,
        text=True,
    )
