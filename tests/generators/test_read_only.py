"""What may not be written is answered by its name, and everything stays as it was."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generators.bare_service import Answer, make_bare_service, tree_of
from generators.test_commands import newer_template
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
MODULE = "src/demo_service/tasks/send_invoice.py"
NOBODY = 65534


@pytest.mark.parametrize("path", [MODULE, ".gen/items/task-send_invoice.toml"])
@pytest.mark.parametrize("command", [("upgrade",), ("destroy", "task", "send_invoice")])
def test_a_read_only_file_is_named_and_left_alone(
    service: Project,
    gen: Gen,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    path: str,
    command: tuple[str, ...],
) -> None:
    (service.root / ".gen").mkdir()
    gen("task", "send_invoice")
    newer_template(monkeypatch, tmp_path, "Yours to write.", "Write here.")
    (service.root / path).chmod(0o444)
    before = tree_of(service.root)

    answer = gen(*command)

    assert answer.code == 3
    assert f"{path} could not be written: it is read-only" in answer.err
    assert tree_of(service.root) == before


@contextmanager
def bound_by_permissions() -> Iterator[None]:
    """As somebody whom permissions bind, which root is not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared_service() -> Iterator[Project]:
    """A service of that somebody, where they can reach it."""
    folder = Path(tempfile.mkdtemp())
    project = make_bare_service(folder / "service")
    (project.root / ".gen").mkdir()
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, -1)
    yield project
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("folder", [".gen", "src/demo_service/tasks", "tests/tasks"])
def test_a_read_only_folder_is_named_and_left_alone(
    shared_service: Project, gen: Gen, folder: str
) -> None:
    # Whatever is imported late is there from now on, wherever it lies.
    gen("task", "send_invoice")
    gen("task", "Wrong")
    (shared_service.root / folder).chmod(0o555)
    before = tree_of(shared_service.root)

    with bound_by_permissions():
        answer = gen("task", "send_invoice", "--root", str(shared_service.root))

    assert answer.code == 3
    assert folder in answer.err
    assert "could not be written: Permission denied" in answer.err
    assert tree_of(shared_service.root) == before
