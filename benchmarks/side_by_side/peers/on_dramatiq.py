"""Dramatiq on its Redis broker."""
# /// script
# dependencies = ["dramatiq[redis]"]
# ///

import sys

import dramatiq
from bodies import io, noop
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend
from part import CONCURRENCY, URL, WITH_RESULTS

broker = RedisBroker(url=URL)
if WITH_RESULTS:
    broker.add_middleware(Results(backend=RedisBackend(url=URL)))
dramatiq.set_broker(broker)
OPTIONS = {"store_results": True} if WITH_RESULTS else {}
TASKS = {
    "noop": dramatiq.actor(noop, actor_name="noop", **OPTIONS),
    "io": dramatiq.actor(io, actor_name="io", **OPTIONS),
}


def worker() -> list[str]:
    """One process of threads."""
    return [
        *(sys.executable, "-m", "dramatiq", "on_dramatiq:broker"),
        *("--processes", "1", "--threads", str(CONCURRENCY), "--skip-logging"),
    ]


def enqueue(task: str, numbers: range) -> None:
    """Send with `.send()`."""
    for number in numbers:
        TASKS[task].send(number)


def call(number: int) -> int:
    """Send, and wait on the result backend."""
    return int(TASKS["noop"].send(number).get_result(block=True, timeout=20_000))
