"""Finds the service that gen was called in, and knows where its things are."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Self

from .errors import TooOld, WrongProject
from .releases import RELEASE, SYNC, is_later

ANSWERS_FILE: Final = ".copier-answers.yml"
# Copier writes one answer a line and indents what belongs to a longer one, so a name at the
# beginning of a line is an answer, and a package needs no quotes in YAML. No parser needed.
_COMMIT_ANSWER: Final = re.compile(r"^_commit: ['\"]?([^'\"\s]+)['\"]?[ \t]*$", re.MULTILINE)
_PACKAGE_ANSWER: Final = re.compile(r"^package: ['\"]?([a-z][a-z0-9_]*)['\"]?[ \t]*$", re.MULTILINE)

_SLUG_ANSWER: Final = re.compile(r"^slug: ['\"]?([a-z][a-z0-9-]*)['\"]?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Project:
    """A rendered service: its root folder, the name of its package, and what it was rendered from.

    ``slug`` is what its command is called; ``commit`` is the template's, as `git describe` says it,
    None when it is not known.
    """

    root: Path
    package: str
    slug: str
    commit: str | None = None

    @classmethod
    def find(cls, start: Path) -> Self:
        """The service that ``start`` lies in.

        Raises WrongProject when it lies in none, and TooOld when it is of a later release.
        """
        start = start.resolve()
        for folder in (start, *start.parents):
            answers = folder / ANSWERS_FILE
            if answers.is_file():
                return cls._of(folder, answers)
        raise WrongProject(
            f"{start} is not inside a service: no {ANSWERS_FILE} there or above",
            "change into a service made from the valkey-chassis template, or name it by --root",
        )

    @property
    def tasks(self) -> PurePosixPath:
        """Where task modules are, from the root."""
        return PurePosixPath("src", self.package, "tasks")

    @property
    def task_tests(self) -> PurePosixPath:
        """Where the tests of tasks are, from the root."""
        return PurePosixPath("tests", "tasks")

    @property
    def task_pages(self) -> PurePosixPath:
        """Where the pages of tasks are, from the root."""
        return PurePosixPath("docs", "tasks")

    @property
    def events(self) -> PurePosixPath:
        """Where events and their handlers are, from the root."""
        return PurePosixPath("src", self.package, "events")

    @property
    def event_tests(self) -> PurePosixPath:
        """Where the tests of events are, from the root."""
        return PurePosixPath("tests", "events")

    @property
    def event_pages(self) -> PurePosixPath:
        """Where the pages of events are, from the root."""
        return PurePosixPath("docs", "events")

    @property
    def endpoints(self) -> PurePosixPath:
        """Where the team's own routes are, from the root."""
        return PurePosixPath("src", self.package, "endpoints")

    @property
    def endpoint_tests(self) -> PurePosixPath:
        """Where the tests of routes are, from the root."""
        return PurePosixPath("tests", "endpoints")

    @property
    def items(self) -> PurePosixPath:
        """Where gen notes what it made, from the root."""
        return PurePosixPath(".gen", "items")

    @property
    def bases(self) -> PurePosixPath:
        """Where gen keeps what it wrote, as it wrote it, from the root."""
        return PurePosixPath(".gen", "base")

    @property
    def templates(self) -> PurePosixPath:
        """Where the service's own templates are, from the root."""
        return PurePosixPath(".gen", "templates")

    def at(self, path: PurePosixPath) -> Path:
        """The place of a path from the root. Raises WrongProject when a link leads it outside."""
        place = self.root / path
        real = place.parent.resolve()
        if not real.is_relative_to(self.root):
            raise WrongProject(
                f"{path} would be written to {real}, outside the service at {self.root}",
                "replace the symbolic link by a folder",
            )
        return place

    def path_of(self, place: Path) -> PurePosixPath:
        """A file of the service, from the root."""
        return PurePosixPath(place.relative_to(self.root).as_posix())

    @classmethod
    def _of(cls, root: Path, answers: Path) -> Self:
        text = answers.read_text(encoding="utf-8", errors="replace")
        found = _PACKAGE_ANSWER.search(text)
        if found is None:
            raise WrongProject(
                f"{answers} names no package, so it is not of the valkey-chassis template",
                "run gen inside a service that was made from it",
            )
        slug, commit = _SLUG_ANSWER.search(text), _COMMIT_ANSWER.search(text)
        project = cls(
            root,
            found[1],
            # As the template derives one from the other.
            slug[1] if slug else found[1].replace("_", "-"),
            commit[1] if commit else None,
        )
        if project.commit and is_later(project.commit):
            raise TooOld(
                f"this gen is of release {RELEASE}, and the service is of {project.commit}", SYNC
            )
        for needed in (project.tasks, project.tasks.parent / "chassis"):
            if not (root / needed).is_dir():
                raise WrongProject(
                    f"the service at {root} has no folder {needed}",
                    "bring it back (git checkout), or correct the package in"
                    f" {ANSWERS_FILE}, which says {project.package!r}",
                )
        return project
