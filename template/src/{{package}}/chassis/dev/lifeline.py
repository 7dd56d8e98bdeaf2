"""Ends a child process when its parent is gone, however the parent ended: nothing is left behind."""

from collections.abc import Sequence
from typing import Final

# The watcher reads the pipe that only the parent holds open; its end is the parent's end. The shell
# then becomes the command, so the process id stays the same.
_SCRIPT: Final = 'exec 3<&0; (cat <&3; kill $$) >/dev/null 2>&1 & exec "$@" 3<&- </dev/null'


def on_lifeline(command: Sequence[str]) -> tuple[str, ...]:
    """The same command, told to end when its standard input does.

    Start it with a pipe there, and close that once the process has ended.
    """
    return ("/bin/sh", "-c", _SCRIPT, "sh", *command)
