"""Runs the jobs of a process until it is told to stop, and ends what runs."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, Final, NoReturn

CANCEL_AGAIN_SECONDS: Final = 0.1


async def serve(stop: asyncio.Event, *jobs: Coroutine[None, None, NoReturn]) -> None:
    """Run endless jobs until ``stop`` is set; an error in one of them ends all, and is raised."""
    tasks = [asyncio.create_task(job) for job in jobs]
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end_tasks([stopped, *tasks])
    for task in tasks:
        if not task.cancelled():
            task.result()


async def end_tasks(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks, whatever they return, and wait until all have ended."""
    # Once is not enough: until Python 3.12, asyncio.wait_for swallows a cancellation that arrives
    # with its result, and the Valkey client sends every command through it.
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)
