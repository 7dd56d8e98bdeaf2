"""How long the turns of a poller are, and how much of each its two attempts may take."""

import datetime as dt
from argparse import Namespace
from typing import Final, NamedTuple

from ..errors import UsageRefused
from ..fields import literals
from .task_schedule import read_option

ATTEMPTS: Final = 2
# Of a turn: what its attempts and waits may take, so that its place is free when the next is due.
_TAKEN: Final = 0.9
_ATTEMPT_SECONDS: Final = 10.0
# Longer ones would need a longer lease of their place.
_LONGEST_ATTEMPT_SECONDS: Final = 240.0
_WAIT_SECONDS: Final = 0.5
_EVERY_ALLOWED: Final = "a duration from 1s to 366d, such as 30s"


class Turns(NamedTuple):
    """Numbers as they are written in the source."""

    every: str
    every_seconds: str
    attempt: str
    total: str
    wait: str


def read_turns(asked: Namespace) -> Turns:
    """``--every`` and ``--timeout``. Raises UsageRefused, also where they do not fit."""
    every: dt.timedelta = read_option("--every", asked.every, _every)
    seconds = every.total_seconds()
    # A first wait, and the random extra of the same length.
    wait = min(_WAIT_SECONDS, seconds / 40)
    longest = min(_LONGEST_ATTEMPT_SECONDS, (_TAKEN * seconds - 2 * wait) / ATTEMPTS)
    attempt = read_option("--timeout", asked.timeout, _seconds)
    if attempt is None:
        attempt = min(_ATTEMPT_SECONDS, seconds / 4)
    if attempt > longest:
        raise UsageRefused(
            f"--timeout {asked.timeout} does not fit: {ATTEMPTS} attempts have to end within a turn of "
            f"{asked.every}",
            f"{longest:g} seconds are the most here",
        )
    total = min(_TAKEN * seconds, max(60.0, ATTEMPTS * attempt + 4 * wait))
    return Turns(
        every=literals.write_duration(every),
        every_seconds=f"{seconds:g}",
        attempt=f"{attempt:g}",
        total=f"{total:g}",
        wait=f"{wait:g}",
    )


def _every(text: str) -> dt.timedelta:
    try:
        every = literals.read_duration(text)
    except ValueError:
        raise ValueError(_EVERY_ALLOWED) from None
    if not dt.timedelta(seconds=1) <= every <= dt.timedelta(days=366):
        raise ValueError(_EVERY_ALLOWED)
    return every


def _seconds(text: str) -> float:
    seconds = literals.read_float(text.removesuffix("s"))
    if seconds < 0.001:
        raise ValueError("seconds from 0.001, such as 5 or 5s")
    return seconds
