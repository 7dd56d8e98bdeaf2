"""Python imports this before anything else: the wall clock of this process is wrong from the start."""

import os
import time

_shift_seconds = int(os.environ["CLOCK_SHIFT_SECONDS"])
_time, _time_ns = time.time, time.time_ns


def _shifted_time() -> float:
    return _time() + _shift_seconds


def _shifted_time_ns() -> int:
    return _time_ns() + _shift_seconds * 1_000_000_000


# The monotonic clock stays: it measures durations, which no administrator can get wrong.
time.time, time.time_ns = _shifted_time, _shifted_time_ns
