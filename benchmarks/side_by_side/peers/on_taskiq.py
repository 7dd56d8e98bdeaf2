"""Taskiq on taskiq-redis: the list broker (no acknowledgement) or the stream broker."""
# /// script
# dependencies = ["taskiq", "taskiq-redis", "uvloop"]
# ///

import sys

from bodies import io_async, noop_async
from part import CONCURRENCY, URL, VARIANT, WITH_RESULTS
from taskiq_redis import ListQueueBroker, RedisAsyncResultBackend, RedisStreamBroker

# From the first entry on: the worker of a drain starts after them.
broker = ListQueueBroker(URL) if VARIANT == "list" else RedisStreamBroker(URL, consumer_id="0")
if WITH_RESULTS:
    broker = broker.with_result_backend(RedisAsyncResultBackend(URL, result_ex_time=600))
TASKS = {
    "noop": broker.register_task(noop_async, task_name="noop"),
    "io": broker.register_task(io_async, task_name="io"),
}
# The default of 0.2 s would be all that a latency shows.
POLL_SECONDS = 0.005


def worker() -> list[str]:
    """One process with one event loop."""
    return [
        *(sys.executable, "-m", "taskiq", "worker", "on_taskiq:broker", "--workers", "1"),
        *("--max-async-tasks", str(CONCURRENCY), "--log-level", "ERROR"),
    ]


async def enqueue(task: str, numbers: range) -> None:
    """Send with `.kiq()`."""
    await started()
    for number in numbers:
        await TASKS[task].kiq(number)


async def call(number: int) -> int:
    """Send, and poll the result backend."""
    await started()
    sent = await TASKS["noop"].kiq(number)
    result = await sent.wait_result(check_interval=POLL_SECONDS, timeout=20)
    return int(result.return_value)


async def started() -> None:
    """Start the broker once: that makes the stream's group."""
    if not broker.state.get("started"):
        await broker.startup()
        broker.state["started"] = True
