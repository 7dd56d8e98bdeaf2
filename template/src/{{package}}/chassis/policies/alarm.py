"""A time limit on blocking code: the operating system's interval timer, nestable."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


def run_within(seconds: float | None, failure: Exception, body: Callable[[], T]) -> T:
    """Run ``body``; raise ``failure`` inside it when it takes longer than ``seconds``.

    Signals reach the main thread only, which is where a prefork worker runs its tasks. In any
    other thread, and without a limit, the body runs unbounded.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        return body()

    outer_left, _ = signal.getitimer(signal.ITIMER_REAL)
    if 0 < outer_left <= seconds:
        # The outer limit ends first, so it stays in charge.
        return body()

    is_over = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if not is_over:
            raise failure

    started = time.monotonic()
    outer_handler = signal.signal(signal.SIGALRM, interrupt)
    # One frame from here on, and no context manager: a signal between its exit and its own
    # `finally` would leave our handler behind and the outer limit switched off.
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        return body()
    finally:
        # A signal from here on is too late.
        is_over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, outer_handler)
        if outer_left > 0:
            # Zero would switch the outer timer off; what is already late fires at once.
            left = max(outer_left - (time.monotonic() - started), 0.000_001)
            signal.setitimer(signal.ITIMER_REAL, left)
