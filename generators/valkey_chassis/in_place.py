"""Whether the files of an item are where gen wrote them, and can be read."""

import ast
from pathlib import PurePosixPath
from typing import Final

from .errors import Drifted
from .finding import Finding
from .item import Item
from .plan import fingerprint_of, present_text
from .project import Project

_SEARCHED: Final = ("src", "tests")


def check_modules(project: Project, item: Item) -> None:
    """Raises Drifted for a module of the item that is not there, or is not Python as it is."""
    for path in item.files:
        if path.suffix == ".py":
            present = present_text(project, path)
            if present is not None:
                _check_python(path, present)
            elif is_source(path):
                raise gone(project, item, path).drifted


def is_source(path: PurePosixPath) -> bool:
    """Whether the service runs it: made anew, it would be there twice if it had only been moved."""
    return path.parts[0] == "src"


def gone(project: Project, item: Item, path: PurePosixPath) -> Finding:
    """The finding about one of its files that is not there."""
    found = _elsewhere(project, path, item.files[path])
    if found is None:
        return Finding(
            str(path),
            f"gen made it for {item.title}, and it is gone",
            f"bring it back (git checkout); or, if all of it is to go: gen destroy {item.title}",
        )
    return Finding(
        str(path),
        f"gen made it for {item.title}, and it seems to be {found} now",
        "move it back: gen finds its files by their names; gen rename gives a task another one",
    )


def _check_python(path: PurePosixPath, text: str) -> None:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line, why = (error.lineno, error.msg) if isinstance(error, SyntaxError) else (None, error)
        raise Drifted(
            f"{path}{f':{line}' if line else ''} is not Python: {why}",
            "mend it, or settle the merge that it is in; then run this again",
        ) from error


def _elsewhere(project: Project, path: PurePosixPath, mark: str) -> PurePosixPath | None:
    """The package that a module became, a file of its name elsewhere, or of its text; else None."""
    package = path.with_suffix("") / "__init__.py"
    if (project.root / package).is_file():
        return package
    for folder in _SEARCHED:
        for found in sorted((project.root / folder).rglob("*.py")):
            place = project.path_of(found)
            if place != path and (found.name == path.name or _says(project, place, mark)):
                return place
    return None


def _says(project: Project, path: PurePosixPath, mark: str) -> bool:
    try:
        text = present_text(project, path)
    except OSError:
        return False
    return text is not None and fingerprint_of(text) == mark
