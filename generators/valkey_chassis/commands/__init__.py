"""What gen does with items that are there: one module per command, imported only when asked for."""

from importlib import import_module
from typing import Final

from .command import Command, Said

# Command to what it does, as `gen --help` lists it.
SUMMARIES: Final = {
    "list": "what gen has made, and whether it was edited since",
    "show": "one item, and the command that makes it again",
    "check": "for CI: notes, files and queued messages still fit together",
    "field": "add fields to a model that gen made, and break nothing that is queued",
    "rename": "give a task another name, under which what is queued still runs",
    "adopt": "take a task that was written by hand under gen's notes",
    "destroy": "remove what gen made, unless it was edited",
    "upgrade": "bring items of earlier releases to today's form, edits included",
    "eject": "own copies of a kind's templates, which win over the built-in ones",
    "doctor": "what would trouble gen or the next copier update, each with a way out",
    "completion": "completion for bash, zsh or fish, to be sourced",
}
_MODULES: Final = {"list": "listing"}

__all__ = ["SUMMARIES", "Command", "Said", "command_for"]


def command_for(name: str) -> Command:
    """The command of a name listed in ``SUMMARIES``."""
    module = _MODULES.get(name, name)
    command: Command = import_module(f".{module}", __name__).COMMAND
    return command
