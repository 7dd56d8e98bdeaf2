"""`gen list`: what gen has made, and whether it was edited since."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from typing import Final

from ..item import items
from ..project import Project
from ..state import states
from .command import Command, Said, add_kind


def act(project: Project, given: Namespace) -> Said:
    """One line per item."""
    rows = [
        (item, Counter(states(project, item).values())) for item in items(project, given.kind or "")
    ]
    width = max((len(item.title) for item, _ in rows), default=0)
    lines = [
        f"{item.title:<{width}}  "
        + ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        for item, counts in rows
    ]
    document = [
        {"kind": item.kind, "name": item.name, "files": dict(sorted(counts.items()))}
        for item, counts in rows
    ]
    return Said("\n".join(lines) or "gen has made nothing here yet", {"items": document})


def _arguments(parser: ArgumentParser) -> None:
    add_kind(parser)


COMMAND: Final = Command(add_arguments=_arguments, act=act)
