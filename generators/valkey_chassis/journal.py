"""What a run is about to change, written down first: a killed run is finished, or undone, by the next.

A run stages every new text and keeps a copy of every old one, writes the journal, and only then
touches the service. From then on each step can be taken twice, forwards and backwards.
"""

import errno
import json
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

from .errors import NotesDamaged
from .plan import Create, Remove, Replace, Write, text_of
from .project import Project

SCHEMA: Final = 1
JOURNAL: Final = PurePosixPath(".gen", "journal.json")
STAGED: Final = PurePosixPath(".gen", "staged")
_WRITABLE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})


class Meddled(Exception):
    """Somebody else has changed a file between two steps."""

    def __init__(self, path: PurePosixPath) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: the copy of what it says after, and of what it said before; None where there is none."""

    path: PurePosixPath
    after: Path | None
    before: Path | None

    def forwards(self, project: Project) -> None:
        """Bring the file to what it says after. Raises Meddled when it says neither."""
        _bring(project.at(self.path), self.path, self.before, self.after)

    def backwards(self, project: Project) -> None:
        """Bring it back, unless somebody else has changed it: then it is not ours any more."""
        try:
            _bring(project.at(self.path), self.path, self.after, self.before)
        except Meddled:
            return


@dataclass(frozen=True, slots=True)
class Journal:
    """The steps of one run, and the folders it makes."""

    entries: tuple[Entry, ...]
    folders: tuple[PurePosixPath, ...]
    backwards: bool = False

    @classmethod
    def stage(cls, project: Project, writes: Sequence[Write]) -> Self:
        """Keep every new and old text where a later run finds it; nothing of the service changes."""
        folder = project.root / STAGED
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        entries = [_staged(project, folder, number, step) for number, step in enumerate(writes)]
        places = [step.draft.path for step in writes if isinstance(step, Create)]
        return cls(tuple(entries), tuple(_missing_folders(project, places)))

    @classmethod
    def load(cls, project: Project) -> Self | None:
        """What an earlier run left behind; None when it left nothing. Raises NotesDamaged."""
        try:
            text = (project.root / JOURNAL).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            noted = json.loads(text)
            return cls(
                tuple(_read(project, entry) for entry in noted["entries"]),
                tuple(PurePosixPath(path) for path in noted["folders"]),
                noted["backwards"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise NotesDamaged(
                f"{JOURNAL}, left by a run that was interrupted, cannot be read: {error!r}",
                "look at git status, then remove it to keep all as it is",
            ) from error

    def write(self, project: Project) -> None:
        """From here on the run is finished, or undone, whatever happens to this process."""
        place = project.root / JOURNAL
        noted = {
            "schema": SCHEMA,
            "backwards": self.backwards,
            "folders": [str(path) for path in self.folders],
            "entries": [
                {
                    "path": str(entry.path),
                    "after": entry.after.name if entry.after else None,
                    "before": entry.before.name if entry.before else None,
                }
                for entry in self.entries
            ],
        }
        draft = place.with_suffix(".draft")
        _write(draft, json.dumps(noted, indent=1).encode())
        draft.replace(place)
        _sync_folder(place.parent)

    def run(self, project: Project) -> None:
        """Take every step in its direction. Raises Meddled and OSError half-way."""
        if self.backwards:
            for entry in reversed(self.entries):
                entry.backwards(project)
            _remove_empty(project, self.folders)
            return
        for path in self.folders:
            project.at(path).mkdir(exist_ok=True)
        for entry in self.entries:
            entry.forwards(project)

    def forget(self, project: Project) -> None:
        """The run is over; leave nothing behind."""
        (project.root / JOURNAL).unlink(missing_ok=True)
        discard_staged(project)


def discard_staged(project: Project) -> None:
    """Throw away what was staged by a run that did not come to its journal."""
    shutil.rmtree(project.root / STAGED, ignore_errors=True)
    (project.root / JOURNAL).with_suffix(".draft").unlink(missing_ok=True)


def _bring(place: Path, path: PurePosixPath, old: Path | None, new: Path | None) -> None:
    present = place.read_bytes() if place.is_file() and not place.is_symlink() else None
    if present is None and place.is_symlink():
        raise Meddled(path)
    wanted = None if new is None else new.read_bytes()
    if present == wanted:
        return
    if present != (None if old is None else old.read_bytes()):
        raise Meddled(path)
    if new is None:
        place.unlink()
    elif present is None:
        _create(new, place, path)
    else:
        _exchange(new, place)
    _sync_folder(place.parent)


def _exchange(new: Path, place: Path) -> None:
    beside = place.with_name(f".{place.name}.gen-new")
    try:
        _write(beside, new.read_bytes())
        if place.exists():
            shutil.copymode(place, beside)
        beside.replace(place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _create(new: Path, place: Path, path: PurePosixPath) -> None:
    # A link, unlike a rename, fails when somebody has made the file meanwhile.
    try:
        os.link(new, place)
    except FileExistsError as error:
        raise Meddled(path) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            # By itself it names what was to be linked, which is no fault of the place.
            raise OSError(error.errno, error.strerror, str(path)) from error
        # Some mounted folders know no links. Whole or not at all counts for more than a race.
        if place.exists():
            raise Meddled(path) from error
        _exchange(new, place)


def _staged(project: Project, folder: Path, number: int, step: Write) -> Entry:
    path = step.draft.path
    after = before = None
    if not isinstance(step, Remove):
        after = folder / f"{number}.after"
        _write(after, step.draft.text.encode())
    if not isinstance(step, Create):
        before = folder / f"{number}.before"
        # As it lies there, whatever its line ends are.
        place = project.at(path)
        if not place.stat().st_mode & _WRITABLE:
            # A rename would go past that, and so would an administrator.
            raise PermissionError(errno.EACCES, "it is read-only", str(path))
        content = place.read_bytes()
        if text_of(content) != (step.present if isinstance(step, Replace) else step.draft.text):
            raise Meddled(path)
        _write(before, content)
    return Entry(path, after, before)


def _read(project: Project, noted: dict[str, Any]) -> Entry:
    folder = project.root / STAGED
    after, before = noted["after"], noted["before"]
    return Entry(PurePosixPath(noted["path"]), after and folder / after, before and folder / before)


def _missing_folders(project: Project, places: Sequence[PurePosixPath]) -> Iterator[PurePosixPath]:
    # The last parent is the root of the service itself.
    wanted = {folder for place in places for folder in tuple(place.parents)[:-1]}
    return (path for path in sorted(wanted) if not project.at(path).exists())


def _remove_empty(project: Project, folders: Sequence[PurePosixPath]) -> None:
    for path in reversed(folders):
        place = project.at(path)
        # Somebody else may have put a file there in the meantime; then it is not ours to remove.
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def _write(place: Path, content: bytes) -> None:
    with place.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
