"""Every way in which gen says no, with the exit code that scripts can rely on."""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What gen answers to its caller; documented, so the numbers never change their meaning."""

    DONE = 0
    USAGE = 2
    CONFLICT = 3
    UNPROVEN = 4
    WRONG_PROJECT = 5


class Refusal(Exception):
    """Nothing was written. Says what is wrong and the way out; may point into one argument."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    def __init__(
        self, problem: str, way_out: str = "", *, argument: str = "", column: int | None = None
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.way_out = way_out
        self.argument = argument
        self.column = column

    def pointing_into(self, argument: str, column: int) -> "Refusal":
        """The same refusal with a caret under ``column`` (from 0) of ``argument``."""
        return type(self)(self.problem, self.way_out, argument=argument, column=column)


class UsageRefused(Refusal):
    """A name, a field spec or an option cannot be what was asked for."""


class Taken(Refusal):
    """Something in the service already has this name, or a queue of the other kind."""

    exit_code = ExitCode.CONFLICT


class NoSuchItem(Refusal):
    """Gen has made nothing of that name."""


class Drifted(Refusal):
    """The service and gen's notes say different things."""

    exit_code = ExitCode.CONFLICT


class NotesDamaged(Refusal):
    """A note of gen cannot be read."""

    exit_code = ExitCode.CONFLICT


class Unreadable(Refusal):
    """A file of the service is no text, or may not be read."""

    exit_code = ExitCode.CONFLICT


class WriteRefused(Refusal):
    """The files could not be put in place; whatever was begun has been taken back."""

    exit_code = ExitCode.CONFLICT


class Unproven(Refusal):
    """What would have been written is not sound; a fault of a template, never of the caller."""

    exit_code = ExitCode.UNPROVEN


class TooOld(Refusal):
    """A later release of gen has been at work here."""

    exit_code = ExitCode.WRONG_PROJECT


class WrongProject(Refusal):
    """This is no service that gen can add to."""

    exit_code = ExitCode.WRONG_PROJECT
