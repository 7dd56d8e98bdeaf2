"""Huey on Redis: it removes before it runs and acknowledges nothing, so a crash loses tasks."""
# /// script
# dependencies = ["huey", "redis"]
# ///

import sys

from bodies import io, noop
from huey import RedisHuey
from part import CONCURRENCY, URL, WITH_RESULTS

huey = RedisHuey("on_huey", url=URL, results=WITH_RESULTS)
TASKS = {
    "noop": huey.task(name="noop")(noop),
    "io": huey.task(name="io")(io),
}


def worker() -> list[str]:
    """One process of threads."""
    return [
        *(sys.executable, "-m", "huey.bin.huey_consumer", "on_huey.huey"),
        *("-k", "thread", "-w", str(CONCURRENCY), "--quiet", "--no-periodic"),
    ]


def enqueue(task: str, numbers: range) -> None:
    """Send by calling the task."""
    for number in numbers:
        TASKS[task](number)


def call(number: int) -> int:
    """Send, and poll for the result with the default back-off."""
    return int(TASKS["noop"](number).get(blocking=True, timeout=20))
