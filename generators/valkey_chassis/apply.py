"""Puts a plan into the service: all of it, or nothing, even when this process is killed on the way."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from .errors import Taken, WriteRefused
from .journal import JOURNAL, Journal, Meddled, discard_staged
from .plan import Plan
from .project import Project

# Longer than any run takes; two at once are two people, or an editor and a person.
LOCK_PATIENCE_SECONDS: Final = 10.0
_LOCK_PAUSE_SECONDS: Final = 0.02
_NOTES: Final = PurePosixPath(".gen")
# Folders in here are made with the first item that needs one, so they go with the last.
_TIDIED: Final = (_NOTES, PurePosixPath("docs"), PurePosixPath("tests"))


def apply(project: Project, plan: Plan) -> None:
    """Take every step of ``plan`` that writes, in its order; after a failure none is taken.

    The last file of a plan is the one that makes an item visible to discovery, and the first that
    goes when it is removed. Raises WriteRefused, and Taken while another gen runs.
    """
    with _alone(project):
        _finish_earlier_run(project)
        try:
            journal = Journal.stage(project, plan.writes)
            journal.write(project)
        except (OSError, Meddled) as error:
            discard_staged(project)
            raise _refused(error) from error
        _run(project, journal)


def recover(project: Project) -> bool:
    """Finish what a killed run has begun, or undo it; False when there was nothing to do."""
    if not (project.root / JOURNAL).exists():
        return False
    with _alone(project):
        return _finish_earlier_run(project)


def _finish_earlier_run(project: Project) -> bool:
    journal = Journal.load(project)
    if journal is None:
        discard_staged(project)
        return False
    _run(project, journal)
    return True


def _run(project: Project, journal: Journal) -> None:
    try:
        journal.run(project)
    except BaseException as error:
        _undo(project, replace(journal, backwards=True))
        if isinstance(error, OSError | Meddled):
            raise _refused(error) from error
        raise
    _tidy(project, journal)
    journal.forget(project)


def _undo(project: Project, journal: Journal) -> None:
    # A full disk may have no room for this, and the steps can be taken back all the same.
    with suppress(OSError):
        journal.write(project)
    try:
        journal.run(project)
    except OSError as error:
        raise WriteRefused(
            f"{error.filename or 'a file'} could not be taken back: {error.strerror or error}",
            f"make the place writable and run gen again, which goes on; or look at git status and "
            f"remove {JOURNAL} to keep all as it is",
        ) from error
    journal.forget(project)


def _tidy(project: Project, journal: Journal) -> None:
    """Remove folders of gen's own making that hold nothing any more."""
    removed = [entry.path for entry in journal.entries if entry.after is None]
    emptied = {folder for each in removed for folder in each.parents}
    for folder in sorted(emptied, key=lambda each: len(each.parts), reverse=True):
        place = project.root / folder
        is_tidied = any(room in folder.parents for room in _TIDIED)
        if is_tidied and place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def _refused(error: OSError | Meddled) -> WriteRefused:
    if isinstance(error, Meddled):
        return WriteRefused(
            f"{error.path} was changed while gen was running",
            "look at it, then run gen again",
        )
    return WriteRefused(
        f"{error.filename or 'a file'} could not be written: {error.strerror or error}",
        "nothing was changed; make the place writable and run gen again",
    )


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """Hold the lock on gen's notes, which goes with the process that holds it."""
    folder = project.root / _NOTES
    made = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _refused(error) from error
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)
        if made and not any(folder.iterdir()):
            folder.rmdir()


def _lock(descriptor: int) -> None:
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Taken(
                    "another gen has been at work here for a while",
                    "let it end, or end it; then run this again",
                ) from None
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return
