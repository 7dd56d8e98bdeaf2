"""Plays one role of one peer, in that peer's environment.

    driver.py MODULE worker|poller
    driver.py MODULE enqueue|enqueue_many|call|paced TASK COUNT WARM
    driver.py MODULE settled|held COUNT

A peer is a module with the same cast: `worker()` is the command line of its own worker,
`enqueue(task, numbers)` sends one by one, `enqueue_many` all at once (where the peer can),
`call(number)` sends a no-op and waits for its result; these may be coroutines. `paced` sends with
`enqueue` when the one before has run. Some have more:
`poller()` is the command line of what repairs, `settled(count)` tells when the last of so many
executions ended, and `held(count)` who is queued or booked.
"""

import asyncio
import inspect
import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 20.0
POLL_SECONDS = 0.001
# What a worker still says of a task whose body has ended.
TRAIL_SECONDS = 0.02
JOURNAL = Path(os.environ.get("BENCH_JOURNAL", os.devnull))


def main() -> None:
    """Become the worker, or send."""
    module, role, *words = sys.argv[1:]
    peer: Any = import_module(module)
    if role in {"worker", "poller"}:
        command = getattr(peer, role)()
        os.execvp(command[0], command)  # noqa: S606 - the peer's own command line
    if role in {"settled", "held"}:
        exchange({role: getattr(peer, role)(int(words[0]))})
    else:
        asyncio.run(send(peer, role, *words))


async def send(peer: Any, role: str, task: str, count: str, warm: str) -> None:
    """Warm up, wait for the word, measure, and wait for the word again before leaving."""
    await measure(peer, role, task, range(int(warm)))
    exchange({})
    numbers = range(int(warm), int(warm) + int(count))
    cpu, started = time.process_time(), time.perf_counter()
    calls = await measure(peer, role, task, numbers)
    wall = time.perf_counter() - started
    exchange({"wall": wall, "cpu": time.process_time() - cpu, "calls": calls})


async def measure(peer: Any, role: str, task: str, numbers: range) -> list[float]:
    """Play the role once; seconds of each call, if it was about calls."""
    if role == "call":
        return [await timed(peer.call, number) for number in numbers]
    if role == "paced":
        return [await paced(peer.enqueue, task, number) for number in numbers]
    return await finished(getattr(peer, role)(task, numbers)) or []


async def timed(call: Callable[[int], Any], number: int) -> float:
    """Seconds that one call takes. Raises when the answer is another number, or none."""
    started = time.perf_counter()
    answer = await asyncio.wait_for(finished(call(number)), PATIENCE_SECONDS)
    seconds = time.perf_counter() - started
    if answer != number:
        message = f"asked for {number}, got {answer!r}"
        raise AssertionError(message)
    return seconds


async def paced(enqueue: Callable[[str, range], Any], task: str, number: int) -> float:
    """Seconds until one that was sent has run; its worker is idle again when this returns."""
    started, length = time.perf_counter(), noted()
    await finished(enqueue(task, range(number, number + 1)))
    while noted() == length:
        if time.perf_counter() - started > PATIENCE_SECONDS:
            message = f"{number} was sent and has not run"
            raise TimeoutError(message)
        await asyncio.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - started
    await asyncio.sleep(TRAIL_SECONDS)
    return seconds


def noted() -> int:
    """Bytes in the journal of the bodies that have ended."""
    return JOURNAL.stat().st_size if JOURNAL.exists() else 0


async def finished(value: Any) -> Any:
    """What a function or a coroutine function came to."""
    return await value if inspect.isawaitable(value) else value


def exchange(said: dict[str, Any]) -> None:
    """Say something to the harness, and wait until it has looked at the server."""
    print(json.dumps(said), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
