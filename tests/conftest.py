"""What the folders share: rendered services, made once a run, and the rule on tests that cannot run here."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from git_repository import GitRepository
from rendering import load_answers, render
from snapshot import snapshot

IN_CI = os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI every test runs: one that is skipped fails, with the reason it gave."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"not run, and in CI every test must: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def require_program() -> Callable[[str, str], str]:
    """Find a system program, or report the test as not run, with the way to get it."""

    def find(program: str, how_to_get_it: str) -> str:
        path = shutil.which(program)
        if path is None:
            pytest.skip(f"{program} is not installed; {how_to_get_it}")
        return path

    return find


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the whole run, also when several workers share it."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def made_once(shared_folder: Path) -> Callable[[str, Callable[[Path], object]], Path]:
    """Make a folder once a run: workers that come second use what the first one published."""

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        published = shared_folder / name
        if not published.exists():
            draft = shared_folder / f"{name}.{os.getpid()}"
            fill(draft)
            try:
                draft.rename(published)
            except OSError:  # another worker was faster
                shutil.rmtree(draft)
        return published

    return make


@pytest.fixture(scope="session")
def template(made_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A repository whose one commit is the work tree, uncommitted changes included."""

    def fill(draft: Path) -> None:
        snapshot(draft)
        GitRepository.begin(draft).commit("work tree")

    return made_once("template", fill)


@pytest.fixture(scope="session")
def rendered(
    template: Path, made_once: Callable[[str, Callable[[Path], object]], Path]
) -> Callable[[str], Path]:
    """Rendered service of an answer set. Read it, or take a `service_copy`; never write into it."""

    def get(name: str) -> Path:
        return made_once(
            f"rendered-{name}", lambda draft: render(load_answers(name), draft, template)
        )

    return get


@pytest.fixture
def service_copy(rendered: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Give the test a rendered service of its own to change."""

    def copy(name: str) -> Path:
        return shutil.copytree(rendered(name), tmp_path / name)

    return copy


@pytest.fixture(scope="session")
def run_in() -> Callable[..., str]:
    """Run one of this environment's tools inside of a service; its output, or a failure that shows it."""

    def run(root: Path, tool: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", tool, *arguments],
            cwd=root,
            env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            pytest.fail(
                f"{tool} {' '.join(arguments)}\n{done.stdout[-8000:]}\n{done.stderr[-4000:]}"
            )
        return done.stdout

    return run
