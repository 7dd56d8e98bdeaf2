"""What every command offers: its arguments, and a plan or an answer."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ExitCode
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

    ``writes`` says that it makes plans, so that --dry-run and --diff mean something.
    """

    add_arguments: Callable[[ArgumentParser], None]
    act: Callable[[Project, Namespace], Plan | Said]
    writes: bool = False


def add_item(parser: ArgumentParser) -> None:
    """KIND NAME, as the command that made it had them."""
    parser.add_argument("kind", metavar="KIND", help="such as task")
    parser.add_argument("name", metavar="NAME", help="the item's name")
