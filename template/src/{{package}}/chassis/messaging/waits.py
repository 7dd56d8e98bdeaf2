"""Waits that grow while something fails, and jitter, so that processes do not act as one."""

import asyncio
import random
from collections.abc import Callable

from .options import MessagingOptions

Chance = Callable[[], float]
"""A number from 0 up to 1."""

JITTER = 0.2


class Waits:
    """Doubling waits between tries; ``reset`` after a success."""

    def __init__(self, first: float, longest: float, chance: Chance = random.random) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._failures = 0

    @classmethod
    def of(cls, options: MessagingOptions) -> "Waits":
        """The waits before connecting anew."""
        return cls(options.reconnect_wait_seconds, options.reconnect_wait_maximum_seconds)

    def next_seconds(self) -> float:
        """How long to wait this time."""
        # 2 ** 30 is beyond any limit, and the exponent must not grow for ever.
        doubled = self._first * 2 ** min(self._failures, 30)
        self._failures += 1
        return jittered(min(doubled, self._longest), self._chance())

    async def wait(self) -> None:
        """Wait for as long as it is this time."""
        await asyncio.sleep(self.next_seconds())

    def reset(self) -> None:
        """Begin with the first wait again."""
        self._failures = 0


def jittered(seconds: float, chance: float) -> float:
    """Up to 20 % shorter or longer."""
    return seconds * (1 + JITTER * (2 * chance - 1))
