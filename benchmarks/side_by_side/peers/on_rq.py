"""RQ: a process per job (its default), or `SimpleWorker`, which runs them in its own process."""
# /// script
# dependencies = ["rq"]
# ///

import sys

from bodies import io, noop
from part import URL, VARIANT, WITH_RESULTS
from redis import Redis
from rq import Queue
from rq.job import Job

queue = Queue(connection=Redis.from_url(URL))
TASKS = {"noop": noop, "io": io}
POLL_SECONDS = 0.001


def worker() -> list[str]:
    """One worker."""
    kind = "rq.SimpleWorker" if VARIANT == "simple" else "rq.Worker"
    return [sys.executable, "-m", "rq.cli", "worker", "--quiet", "-u", URL, "-w", kind, "-P", "."]


def enqueue(task: str, numbers: range) -> None:
    """Send with `enqueue`."""
    for number in numbers:
        sent(task, number)


def call(number: int) -> int:
    """Send, and wait for the result's stream."""
    result = sent("noop", number).latest_result(timeout=20)
    assert result is not None
    return int(result.return_value)


def sent(task: str, number: int) -> Job:
    """Enqueue; the result is kept only where somebody waits for it."""
    return queue.enqueue(TASKS[task], number, result_ttl=600 if WITH_RESULTS else 0)
