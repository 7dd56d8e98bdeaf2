"""How long a story waits for a signal before it fails: long, since two cores may be shared."""

import time
from collections.abc import Callable
from typing import Final

PATIENCE_SECONDS: Final = 90.0
POLL_SECONDS: Final = 0.02


def wait_until(is_over: Callable[[], bool], told: Callable[[], str] | str) -> None:
    """Ask until it is so. Raises AssertionError, with what there is to tell, when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_over():
        if time.monotonic() > deadline:
            message = f"waited {PATIENCE_SECONDS:g} s: {told if isinstance(told, str) else told()}"
            raise AssertionError(message)
        time.sleep(POLL_SECONDS)
