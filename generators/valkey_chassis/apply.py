"""Puts planned files into the service: all of them, or none."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .errors import WriteRefused
from .plan import Create, Plan
from .project import Project

_STAGED_SUFFIX: Final = ".gen-staged"
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})


def apply(project: Project, plan: Plan) -> None:
    """Write every new file of ``plan``, in its order; after a failure none of them is there.

    The last file of a plan is the one that makes the item visible to discovery.
    """
    steps = plan.creates
    with _taken_back_on_failure() as undo:
        staged = [_stage(project, step, undo) for step in steps]
        for temporary, place in staged:
            _publish(temporary, place, undo)
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)


class _Undo:
    """The files and folders made so far."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self.folders: list[Path] = []

    def run(self) -> None:
        for path in reversed(self.files):
            path.unlink(missing_ok=True)
        for folder in reversed(self.folders):
            # Somebody else may have put a file there in the meantime; then it is not ours to remove.
            if not any(folder.iterdir()):
                folder.rmdir()


@contextmanager
def _taken_back_on_failure() -> Iterator[_Undo]:
    undo = _Undo()
    try:
        yield undo
    except OSError as error:
        undo.run()
        raise WriteRefused(
            f"{error.filename or 'a file'} could not be written: {error.strerror or error}",
            "nothing was changed; make the place writable and run gen again",
        ) from error
    except BaseException:
        undo.run()
        raise


def _stage(project: Project, step: Create, undo: _Undo) -> tuple[Path, Path]:
    place = project.at(step.draft.path)
    _make_folders(place.parent, undo)
    temporary = place.with_name(f".{place.name}.{os.getpid()}{_STAGED_SUFFIX}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    undo.files.append(temporary)
    with os.fdopen(descriptor, "wb") as file:
        file.write(step.draft.text.encode())
        file.flush()
        os.fsync(file.fileno())
    return temporary, place


def _make_folders(folder: Path, undo: _Undo) -> None:
    missing: Sequence[Path] = [p for p in (folder, *folder.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir()
        undo.folders.append(path)


def _publish(temporary: Path, place: Path, undo: _Undo) -> None:
    # A link, unlike a rename, fails when somebody made the file since the plan was drawn.
    try:
        os.link(temporary, place)
        undo.files.append(place)
    except FileExistsError as error:
        raise WriteRefused(
            f"{place} appeared while gen was running", "look at it, then run gen again"
        ) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Some mounted folders know no links: take the name first, then fill it in one step.
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        undo.files.append(place)
        temporary.replace(place)
