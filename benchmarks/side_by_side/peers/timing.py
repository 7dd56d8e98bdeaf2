"""Seconds of calls, one after the other or by many callers at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any


def timed(call: Callable[..., Any], *words: Any) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    call(*words)
    return time.perf_counter() - started


async def timed_async(call: Callable[..., Awaitable[Any]], *words: Any) -> float:
    """The same on an event loop."""
    started = time.perf_counter()
    await call(*words)
    return time.perf_counter() - started


async def by_callers(
    callers: int, numbers: range, call: Callable[[int], Awaitable[Any]]
) -> list[float]:
    """Share the numbers out among so many callers, each of whom makes one call after the other."""

    async def one(first: int) -> list[float]:
        return [await timed_async(call, number) for number in numbers[first::callers]]

    return [each for found in await asyncio.gather(*map(one, range(callers))) for each in found]
