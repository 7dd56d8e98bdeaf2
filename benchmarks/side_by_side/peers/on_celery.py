"""Celery: stock on its Redis transport, or on the transport of a rendered service."""
# /// script
# dependencies = ["celery[redis]==5.7.*"]
# ///

import base64
import json
import sys
from importlib import import_module

from bodies import io, noop
from celery import Celery
from part import CONCURRENCY, URL, VARIANT, VISIBILITY_SECONDS, WITH_RESULTS

# "threads", or "threads valkey" for our transport.
POOL, _, TRANSPORT = VARIANT.partition(" ")
if TRANSPORT:
    # Its import registers the schemes.
    import_module("bench_service.chassis.worker.transport")

app = Celery(
    "on_celery",
    broker=URL.replace("redis:", f"{TRANSPORT}:") if TRANSPORT else URL,
    backend=URL if WITH_RESULTS else None,
)
app.conf.update(
    task_acks_late=True,
    task_ignore_result=not WITH_RESULTS,
    worker_prefetch_multiplier=16,
    broker_connection_retry_on_startup=True,
)
if VISIBILITY_SECONDS:
    app.conf.broker_transport_options = {
        "visibility_timeout": VISIBILITY_SECONDS,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }
TASKS = {"noop": app.task(noop, name="noop"), "io": app.task(io, name="io")}


def worker() -> list[str]:
    """The usual command, without the chatter between workers."""
    return [
        *(sys.executable, "-m", "celery", "-A", "on_celery", "worker"),
        *("--pool", POOL, "--concurrency", str(CONCURRENCY), "--loglevel", "ERROR"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def enqueue(task: str, numbers: range) -> None:
    """Send with `.delay()`."""
    for number in numbers:
        TASKS[task].delay(number)


def call(number: int) -> int:
    """Send, and wait on the result backend."""
    return int(TASKS["noop"].delay(number).get(timeout=20))


def held(_count: int) -> list[int]:
    """Who is queued, or booked by a worker that has not acknowledged."""
    with app.connection_for_read() as connection:
        client = connection.default_channel.client
        queued = [json.loads(raw) for raw in client.lrange("celery", 0, -1)]
        booked = [json.loads(raw)[0] for raw in client.hvals("unacked")]
    return [number_of(message) for message in (*queued, *booked)]


def number_of(message: dict[str, str]) -> int:
    """The argument in a message: kombu's envelope around Celery's [args, kwargs, embed]."""
    args, _kwargs, _embed = json.loads(base64.b64decode(message["body"]))
    return int(args[0])
