"""A service just copied installs with `uv sync`, and its generator runs, wherever the template was."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from git_repository import GitRepository
from rendering import render

TASK = ("task", "send_invoice", "order_id:uuid", "amount:decimal:gt=0")


@pytest.fixture
def uv(tmp_path: Path) -> Callable[..., str]:
    """Run uv in a folder; all services of a test share one environment, so that only one is filled."""
    program = os.environ.get("UV") or shutil.which("uv") or "uv"
    inherited = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}

    def run(folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            [program, *arguments],
            cwd=folder,
            env=inherited | {"UV_PROJECT_ENVIRONMENT": str(tmp_path / "environment")},
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            pytest.fail(f"uv {' '.join(arguments)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    return run


@pytest.fixture
def copier_copy(tmp_path: Path) -> Callable[[str, Path], None]:
    """Run `copier copy --defaults` as a person does; git reads its settings from the test's folder."""
    environment = os.environ | {
        "COPIER_CACHE_DIR": str(tmp_path / "copier"),
        "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
    }

    def copy(url: str, destination: Path) -> None:
        command = ["copier", "copy", "--defaults", "--quiet", url, str(destination)]
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=environment,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-4000:]

    return copy


def test_generator_runs_with_no_further_setup(
    template: Path,
    tmp_path: Path,
    uv: Callable[..., str],
    copier_copy: Callable[[str, Path], None],
) -> None:
    url = f"git+file://{shutil.copytree(template, tmp_path / 'remote')}"
    from_url = tmp_path / "from-url"
    copier_copy(url, from_url)
    from_path = render({}, tmp_path / "from-path", template)

    for service in (from_url, from_path):
        uv(service, "sync", "--quiet")
        uv(service, "run", "gen", *TASK)
        assert (service / "src" / "my_service" / "tasks" / "send_invoice.py").is_file()
        assert uv(service, "run", "my-service", "--help")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("gh:acme/chassis", "https://github.com/acme/chassis"),
        ("gl:acme/chassis.git", "https://gitlab.com/acme/chassis.git"),
        ("git+https://git.example.com/chassis", "https://git.example.com/chassis"),
        ("https://git.example.com/chassis.git", "https://git.example.com/chassis.git"),
        ("git@git.example.com:acme/chassis.git", "ssh://git@git.example.com/acme/chassis.git"),
        (
            "ssh://git@git.example.com/acme/chassis.git",
            "ssh://git@git.example.com/acme/chassis.git",
        ),
    ],
)
def test_generator_comes_from_where_the_template_came_from(
    template: Path,
    tmp_path: Path,
    copier_copy: Callable[[str, Path], None],
    url: str,
    expected: str,
) -> None:
    # git reads the copy on this disk where the URL names a far host.
    (tmp_path / "gitconfig").write_text(
        f'[url "{template}"]\n  insteadOf = {cloned_url(url)}\n', encoding="utf-8"
    )

    copier_copy(url, tmp_path / "service")

    project = tomllib.loads((tmp_path / "service" / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["uv"]["sources"]["valkey-chassis"] == {
        "git": expected,
        "rev": GitRepository(template).run("rev-parse", "HEAD").strip(),
    }


def cloned_url(url: str) -> str:
    """What Copier gives to git."""
    for short, host in {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}.items():
        if url.startswith(short):
            return host + url.removeprefix(short).removesuffix(".git") + ".git"
    return url.removeprefix("git+")


def test_generator_comes_from_a_relative_path_too(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(template.parent)

    service = render({}, tmp_path / "service", Path(template.name))

    project = tomllib.loads((service / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["uv"]["sources"]["valkey-chassis"] == {"path": str(template.resolve())}
