"""Arq, polling every 10 ms: its default of 0.5 s would be all that a latency shows."""
# /// script
# dependencies = ["arq"]
# ///

import sys
from typing import Any

from arq import create_pool, func
from arq.connections import ArqRedis, RedisSettings
from bodies import io_async, noop_async
from part import CONCURRENCY, URL, WITH_RESULTS

POLL_SECONDS = 0.01


async def noop(_context: dict[str, Any], number: int) -> int:
    """Do nothing."""
    return await noop_async(number)


async def io(_context: dict[str, Any], number: int) -> int:
    """Wait."""
    return await io_async(number)


class WorkerSettings:
    """What `arq` runs."""

    KEPT = 600 if WITH_RESULTS else 0
    functions = (func(noop, keep_result=KEPT), func(io, keep_result=KEPT))
    redis_settings = RedisSettings.from_dsn(URL)
    max_jobs = CONCURRENCY
    poll_delay = POLL_SECONDS


def worker() -> list[str]:
    """One process with one event loop, without a log line per job."""
    return [
        *(sys.executable, "-m", "arq", "on_arq.WorkerSettings"),
        *("--custom-log-dict", "on_arq.SILENCE"),
    ]


SILENCE = {"version": 1, "disable_existing_loggers": True}


async def enqueue(task: str, numbers: range) -> None:
    """Send with `enqueue_job`."""
    pool = await connected()
    for number in numbers:
        await pool.enqueue_job(task, number)


async def call(number: int) -> int:
    """Send, and poll for the result."""
    pool = await connected()
    job = await pool.enqueue_job("noop", number)
    assert job is not None
    return int(await job.result(timeout=20, poll_delay=POLL_SECONDS))


_pools: list[ArqRedis] = []


async def connected() -> ArqRedis:
    """The one pool of this process."""
    if not _pools:
        _pools.append(await create_pool(WorkerSettings.redis_settings))
    return _pools[0]
