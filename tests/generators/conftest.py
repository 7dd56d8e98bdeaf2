"""A bare service to generate into, and gen called as people call it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, make_bare_service
from valkey_chassis.cli import NO_PROOF, main
from valkey_chassis.project import Project

Gen = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare service has nothing that could run; what proofs are has tests of its own."""
    monkeypatch.setenv(NO_PROOF, "1")


@pytest.fixture
def service(tmp_path: Path) -> Project:
    """The least that gen takes for a service: no template needed."""
    return make_bare_service(tmp_path / "a service")


@pytest.fixture
def gen(
    service: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Gen:
    """Call gen inside the bare service and get its exit code and what it said."""
    monkeypatch.chdir(service.root)

    def call(*words: str) -> Answer:
        capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call
