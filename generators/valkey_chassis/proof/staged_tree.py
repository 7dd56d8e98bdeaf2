"""The service as it would be: links to what stays, and the files of a plan in their places."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from ..plan import Remove, Write
from ..project import Project

# Nothing that a check reads, and the notes would show the tree inside itself.
_LEFT_OUT: Final = frozenset({".gen", ".git"})
_COMPILED: Final = "__pycache__"
# Links are inodes, of which a disk makes thousands a second and memory hundreds of thousands.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of our own in it


@contextmanager
def staged_tree(project: Project, writes: Sequence[Write], *, keep: bool) -> Iterator[Path]:
    """A folder that looks like the service after ``writes``; it goes with the block unless kept.

    Only folders that a write touches are made, at a link per file that stays in them; every other
    folder is one link. So it costs milliseconds, and compiled modules are found where they were.
    """
    in_memory = not keep and os.access(_MEMORY, os.W_OK | os.X_OK)
    root = Path(tempfile.mkdtemp(prefix="gen-proof-", dir=_MEMORY if in_memory else None))
    try:
        _stage(project, writes, root)
        yield root
    finally:
        if not keep:
            shutil.rmtree(root, ignore_errors=True)


def _stage(project: Project, writes: Sequence[Write], root: Path) -> None:
    changed = [step for step in writes if step.draft.path.parts[0] not in _LEFT_OUT]
    touched = {folder for step in changed for folder in step.draft.path.parents}
    # Modules are compiled beside their source; what is compiled anew must not land in the service.
    touched |= {folder / _COMPILED for folder in touched}
    replaced = {step.draft.path for step in changed}
    for folder in sorted(touched | {PurePosixPath()}):
        _link_entries(project, folder, touched | replaced, root)
    for step in changed:
        if not isinstance(step, Remove):
            (root / step.draft.path).write_text(step.draft.text, encoding="utf-8")


def _link_entries(
    project: Project, folder: PurePosixPath, own: set[PurePosixPath], root: Path
) -> None:
    (root / folder).mkdir(exist_ok=True)
    source = project.root / folder
    for entry in source.iterdir() if source.is_dir() else ():
        path = folder / entry.name
        if path not in own and entry.name not in _LEFT_OUT:
            (root / path).symlink_to(entry)
