"""The pre-commit hooks pass on what is rendered, run offline, and catch what they are there for."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from git_repository import GitRepository

Hooks = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def service(service_copy: Callable[[str], Path]) -> GitRepository:
    """A service, committed."""
    repository = GitRepository.begin(service_copy("full"))
    repository.commit("start")
    return repository


@pytest.fixture
def hooks(service: GitRepository, tmp_path: Path) -> Hooks:
    """Run the named hook, or all, as `git commit` would; uv finds this repository's environment."""
    offline = {
        "UV_PROJECT_ENVIRONMENT": str(Path(sys.prefix)),
        "UV_OFFLINE": "1",
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
    }
    if uv := os.environ.get("UV"):
        offline["PATH"] = f"{Path(uv).parent}:{os.environ['PATH']}"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files", *arguments],
            cwd=service.root,
            env={k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"} | offline,
            capture_output=True,
            check=False,
            text=True,
        )

    return run


def test_hooks_pass_on_a_fresh_service(hooks: Hooks, service: GitRepository) -> None:
    done = hooks()

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert service.changes() == []


@pytest.mark.parametrize(
    ("hook", "path", "content"),
    [
        ("format", "src/consolidated_reconciliation_and_invoices/late.py", "x = {'a':1}\n"),
        ("lint", "tests/test_late.py", "import os\n"),
        # Put together here, or the scan of this repository would find it.
        ("secrets", "ops/late.env", "AWS_KEY=AKIA" + "Q7F2M4K9T3W6Z8X1\n"),
        ("large-files", "docs/late.bin", "x" * 600_000),
        ("merge-markers", "docs/late.md", "<<<<<<< " + "before\n"),
        ("rejected-hunks", "pyproject.toml.rej", "a hunk\n"),
        ("yaml", "ops/late.yaml", "a: [1\n"),
        ("toml", "late.toml", "a = \n"),
    ],
)
def test_hook_catches(
    hooks: Hooks, service: GitRepository, hook: str, path: str, content: str
) -> None:
    (service.root / path).parent.mkdir(parents=True, exist_ok=True)
    (service.root / path).write_text(content, encoding="utf-8")
    service.run("add", "--all")

    assert hooks(hook).returncode == 1


def test_generator_pinned_by_commit_is_no_secret(hooks: Hooks, service: GitRepository) -> None:
    project = service.root / "pyproject.toml"
    commit = hashlib.sha256(b"a release").hexdigest()[:40]
    source = f'{{ git = "https://example.com/template.git", rev = "{commit}" }}'
    text = re.sub(
        "^valkey-chassis = .*",
        f"valkey-chassis = {source}",
        project.read_text(),
        flags=re.MULTILINE,
    )
    assert commit in text
    project.write_text(text)
    service.run("add", "--all")

    done = hooks("secrets")

    assert done.returncode == 0, done.stdout


def test_hooks_of_this_repository_pass(template: Path, tmp_path: Path) -> None:
    repository = GitRepository.begin(shutil.copytree(template, tmp_path / "repository"))
    (repository.root / ".venv").symlink_to(sys.prefix)

    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files"],
        cwd=repository.root,
        # scripts/lint checks the types.
        env=os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit"), "SKIP": "types"},
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-8000:]
