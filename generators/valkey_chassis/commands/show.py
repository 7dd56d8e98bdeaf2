"""`gen show KIND NAME`: one item, and the command that makes it again."""

import shlex
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from typing import Final

from ..arguments import parser_for
from ..errors import UsageRefused
from ..item import Item, find_item
from ..project import Project
from ..state import states
from .command import Command, Said, add_item


def act(project: Project, given: Namespace) -> Said:
    """Its files with their states, and its command; with --command that alone."""
    item = find_item(project, given.kind, given.name)
    command = "" if item.adopted else f"uv run gen {shlex.join(_said(item).words)}"
    if given.command and not command:
        raise UsageRefused(
            f"{item.title} was written by hand and adopted", "no command of gen makes it again"
        )
    found = states(project, item)
    width = max(map(len, map(str, found)), default=0)
    lines = [
        item.title,
        *(f"  {path!s:<{width}}  {state}" for path, state in found.items()),
        f"  {command or _by_hand(item)}",
    ]
    document = {
        "kind": item.kind,
        "name": item.name,
        "command": command,
        "adopted": item.adopted,
        "files": {str(path): state for path, state in found.items()},
    }
    return Said(command if given.command else "\n".join(lines), document)


def _by_hand(item: Item) -> str:
    known = [f"{key} {shlex.join(words)}" for key, words in item.specs.items()]
    return "; ".join(["adopted: written by hand", *known])


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
