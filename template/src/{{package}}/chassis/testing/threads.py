"""Runs a worker and the HTTP server on threads of the test's own process."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import uvicorn
from celery import Celery
from celery.app.trace import reset_worker_optimizations, setup_worker_optimizations
from celery.worker import WorkController, state

from ..contracts import TaskKind
from ..worker.runtime import Runtime

PATIENCE_SECONDS: Final = 15.0
CONCURRENCY: Final = 8
HOSTNAME: Final = "test"
LONGEST_WAIT_SECONDS: Final = 0.05


@contextmanager
def worker_on_a_thread(app: Celery, runtime: Runtime) -> Iterator[None]:
    """Consume every queue while the block runs.

    Bodies of `def` tasks run in threads too, so a test can replace what they call. Their time
    limits, which need a process of their own, do not act here.
    """
    # The loop that `async def` needs does not disturb `def`, so one worker serves all queues.
    runtime.start(TaskKind.ASYNC)
    # Pool threads find their tasks in the app that is set up here.
    setup_worker_optimizations(app, HOSTNAME)
    worker = _Worker(app)
    thread = threading.Thread(target=worker.start, name="test-worker")
    thread.start()
    try:
        _wait_until(worker.is_ready.is_set, "the worker")
        yield
    finally:
        state.should_stop = 0
        thread.join()
        state.should_stop = None
        reset_worker_optimizations(app)
        runtime.stop()


@contextmanager
def server_on_a_thread(server: uvicorn.Server) -> Iterator[str]:
    """Serve while the block runs; gives the server's URL."""
    thread = threading.Thread(target=server.run, name="test-api")
    thread.start()
    try:
        _wait_until(lambda: server.started, "the API")
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()


class _Worker(WorkController):  # type: ignore[misc]  # Celery is published without types
    def __init__(self, app: Celery) -> None:
        self.is_ready = threading.Event()
        super().__init__(
            app=app,
            pool="threads",
            concurrency=CONCURRENCY,
            hostname=HOSTNAME,
            # Celery's own event loop is one per process, whichever thread made it.
            use_eventloop=False,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )

    def on_consumer_ready(self, consumer: Any) -> None:  # Celery's own type
        # It asks whether to stop between two waits, and would wait for two seconds each.
        consumer.connection.drain_events = partial(_drain_events, consumer.connection.drain_events)
        self.is_ready.set()


def _drain_events(drain: Callable[..., None], timeout: float) -> None:
    drain(timeout=min(timeout, LONGEST_WAIT_SECONDS))


def _wait_until(is_true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        if time.monotonic() > deadline:
            message = f"{what} did not start within {PATIENCE_SECONDS:g} s; the log says why"
            raise TimeoutError(message)
        time.sleep(0.01)
