"""What every command offers: its arguments, and a plan or an answer."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ExitCode
from ..item import ITEM_KINDS
from ..plan import Plan
from ..project import Project


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that writes nothing: for people, and as a document for programs."""

    text: str
    document: Mapping[str, Any] = field(default_factory=dict)
    exit_code: ExitCode = ExitCode.DONE


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``act`` reads the service and writes nothing; a plan is applied by the caller.

    ``writes`` says that it makes plans, so that --dry-run and --diff mean something. ``outside`` answers
    without a service, for a command that needs none.
    """

    add_arguments: Callable[[ArgumentParser], None]
    act: Callable[[Project, Namespace], Plan | Said]
    writes: bool = False
    outside: Callable[[Namespace], Said] | None = None


def add_kind(parser: ArgumentParser) -> None:
    """KIND, if one alone is meant."""
    parser.add_argument(
        "kind", nargs="?", choices=ITEM_KINDS, metavar="KIND", help="of one kind alone"
    )


def add_item(parser: ArgumentParser) -> None:
    """KIND NAME, as the command that made it had them."""
    parser.add_argument(
        "kind", choices=ITEM_KINDS, metavar="KIND", help=f"one of {', '.join(ITEM_KINDS)}"
    )
    parser.add_argument("name", metavar="NAME", help="the item's name")
