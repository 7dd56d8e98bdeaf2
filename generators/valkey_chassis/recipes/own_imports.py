"""Adds imports of the service's own modules to a text, in the order in which ruff keeps them."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ..fields import FACE, Import, is_own
from ..plan import Draft
from ..project import Project

_IMPORT: Final = re.compile(r"from (\S+) import (.+)")


def with_own_imports(project: Project, draft: Draft, imports: Iterable[Import]) -> Draft:
    """The draft with the modules of the service among its imports; others are the templates'."""
    wanted = {each for each in imports if is_own(each) and each.module != FACE}
    if not wanted:
        return draft
    lines = draft.text.splitlines()
    first, end = _block(lines, project.package)
    names: dict[str, set[str]] = {}
    for line in lines[first:end]:
        if found := _IMPORT.fullmatch(line):
            names.setdefault(found[1], set()).update(found[2].split(", "))
    for module, name in wanted:
        names.setdefault(_seen_from(project, draft, module), set()).add(name)
    written = [
        f"from {module} import {', '.join(sorted(names[module], key=_by_form))}"
        for module in sorted(names, key=_by_distance)
    ]
    return replace(draft, text="\n".join([*lines[:first], *written, *lines[end:], ""]))


def _block(lines: list[str], package: str) -> tuple[int, int]:
    """Where the imports of the service's own modules begin and end; every template has some."""
    own = ("from .", f"from {package}.")
    first = next(number for number, line in enumerate(lines) if line.startswith(own))
    end = first
    while end < len(lines) and lines[end].startswith(own):
        end += 1
    return first, end


def _seen_from(project: Project, draft: Draft, module: str) -> str:
    """A module named ``..tasks.send``, as a draft in its room names it: ``.send``."""
    if draft.path.parts[0] == "tests":
        return f"{project.package}.{module.removeprefix('..')}".removesuffix(".")
    room = f"..{draft.path.parent.name}."
    return f".{module.removeprefix(room)}" if module.startswith(room) else module


def _by_distance(module: str) -> tuple[int, list[tuple[int, str]]]:
    """From the furthest package to the nearest, numbers in names by their size."""
    name = module.lstrip(".")
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    weighed = [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
    return len(name) - len(module), weighed


def _by_form(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2), name
