"""`gen show KIND NAME`: one item, and the command that makes it again."""

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ..arguments import parser_for
from ..errors import UsageRefused
from ..item import Item, find_item
from ..project import Project
from ..state import states
from .by_hand import read_anew
from .command import Command, Said, add_item


def act(project: Project, given: Namespace) -> Said:
    """Its files with their states, and its command; with --command that alone."""
    item = find_item(project, given.kind, given.name)
    item, unsaid = read_anew(project, item) if item.adopted else (item, ())
    nearest = f"uv run gen {shlex.join(_said(item).words)}"
    if given.command and unsaid:
        raise UsageRefused(
            f"{item.title} was written by hand, and no word of gen says {unsaid[0]}",
            f"gen show {item.title} has all that there is, and the command that comes nearest",
        )
    found = states(project, item)
    width = max(map(len, map(str, found)), default=0)
    lines = [
        item.title,
        *(f"  {path!s:<{width}}  {state}" for path, state in found.items()),
        *_how(item, nearest, unsaid),
    ]
    document = {
        "kind": item.kind,
        "name": item.name,
        "command": "" if unsaid else nearest,
        "adopted": item.adopted,
        "unsaid": list(unsaid),
        "files": {str(path): state for path, state in found.items()},
    }
    return Said(nearest if given.command else "\n".join(lines), document)


def _how(item: Item, command: str, unsaid: Sequence[str]) -> Iterator[str]:
    if not item.adopted:
        yield f"  {command}"
    elif not unsaid:
        yield "  adopted: written by hand; but for its body, this makes the same:"
        yield f"  {command}"
    else:
        yield "  adopted: written by hand; no word of gen says"
        yield from (f"    {each}" for each in unsaid)
        yield "  and this comes nearest:"
        yield f"  {command}"


def _said(item: Item) -> Item:
    """The same without what goes without saying."""
    parser = parser_for(item.kind)
    chosen = {
        option: value
        for option, value in item.options.items()
        if value != parser.get_default(option)
    }
    return replace(item, options=chosen)


def _arguments(parser: ArgumentParser) -> None:
    add_item(parser)
    parser.add_argument("--command", action="store_true", help="the command alone")


COMMAND: Final = Command(add_arguments=_arguments, act=act)
