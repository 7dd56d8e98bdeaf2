"""Runs something in a child that dies in the middle of it, after any number of changes to files."""

import os
import sys
from collections.abc import Callable

_CHANGES = {"os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
DEADLINE_CHANGES = 200


def killed_after(changes: int, action: Callable[[], object]) -> bool:
    """Run it in a child that is gone before it changes one file more; whether it was killed."""
    child = os.fork()
    if child == 0:
        _die_at(changes)
        code = 1
        try:
            action()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), f"it ended with {code}"
    return code == 9


def _die_at(changes: int) -> None:
    left = changes

    def heard(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event not in _CHANGES and not (event == "open" and _writes(arguments[2])):
            return
        if left == 0:
            os._exit(9)
        left -= 1

    sys.addaudithook(heard)


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & _WRITING)
