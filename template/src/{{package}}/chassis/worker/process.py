"""Runs Celery's worker in this process: a loop for `async def` tasks, prefork for `def` tasks."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from billiard import current_process
from celery import Celery, signals

from ..contracts import ConfigurationError, TaskKind
from ..observability import get_secure_logger, is_multiprocess, mark_child_started
from .options import WorkerOptions
from .pool import LoopPool
from .registry import Registry
from .retry_log import log_retries
from .runtime import Runtime

POOLS = {TaskKind.ASYNC: LoopPool, TaskKind.SYNC: "prefork"}

# After the grace: how long interrupted bodies have to end before the process does.
LAST_WORDS_SECONDS = 5.0

_log = get_secure_logger(__name__)


def run_worker(
    app: Celery,
    runtime: Runtime,
    registry: Registry,
    kind: TaskKind,
    options: WorkerOptions,
    *,
    on_ready: Callable[[], None] = lambda: None,
    on_turn: Callable[[], None] = lambda: None,
) -> int:
    """Consume the queues of one kind until SIGTERM; returns the exit code.

    Bodies may then finish within the grace. A second SIGTERM, or a SIGQUIT, ends the grace at once.

    ``on_ready`` is called once the queues are consumed, ``on_turn`` about once a second for as long
    as the consuming loop turns.
    """
    queues = registry.queues(kind)
    if not queues:
        message = (
            f"there is no {kind} task, so no queue for this worker; add one or do not start it"
        )
        raise ConfigurationError(message)
    _quiet_celery()
    log_retries()
    worker = app.Worker(
        pool=POOLS[kind],
        concurrency=options.concurrency(kind),
        queues=queues,
        hostname=f"{kind}-{os.getpid()}@{socket.gethostname()}",
        without_gossip=True,
        without_mingle=True,
        # Monitors hold a worker without them for dead.
        without_heartbeat=not options.remote_control,
        quiet=True,
    )
    _Life(worker, runtime, kind, options, on_ready, on_turn).connect()
    worker.start()
    runtime.stop()
    return int(worker.exitcode or 0)


class _Life:
    """Hooks of one worker's life, from its start to the end of its grace."""

    def __init__(
        self,
        worker: Any,  # Celery is published without types
        runtime: Runtime,
        kind: TaskKind,
        options: WorkerOptions,
        on_ready: Callable[[], None],
        on_turn: Callable[[], None],
    ) -> None:
        self._worker = worker
        self._runtime = runtime
        self._kind = kind
        self._grace_seconds = options.grace_seconds
        self._on_ready = on_ready
        self._on_turn = on_turn
        self._is_stopping = False
        # Signal handlers put into it, so it must be one that takes no lock: one may interrupt another.
        self._end_of_grace: SimpleQueue[None] = SimpleQueue()

    def connect(self) -> None:
        """Hook in; Celery keeps weak references unless told otherwise."""
        signals.worker_ready.connect(self._ready, weak=False)
        signals.worker_shutting_down.connect(self._shutting_down, weak=False)
        if self._kind is TaskKind.SYNC:
            signals.worker_process_init.connect(self._child_started, weak=False)
            signals.worker_process_shutdown.connect(self._child_stopping, weak=False)
        else:
            self._runtime.start(self._kind)

    def _ready(self, **_: object) -> None:
        # Celery's own handler would wait for what it has cut off, within the signal.
        signal.signal(signal.SIGQUIT, self._quit)
        self._worker.timer.call_repeatedly(1.0, self._on_turn)
        if isinstance(self._worker.pool, LoopPool):
            # Celery says that it shuts down at the wish of SIGTERM only; it also does so when its
            # consumer fails, and would then wait for all bodies, however long they take.
            self._worker.pool.before_waiting = self._start_grace
        _log.info("worker ready", kind=self._kind, concurrency=self._worker.concurrency)
        self._on_ready()

    def _quit(self, *_: object) -> None:
        self._end_of_grace.put(None)
        signal.raise_signal(signal.SIGTERM)

    def _shutting_down(self, **_: object) -> None:
        # Called by a signal handler, which must not write logs itself.
        if self._is_stopping:
            self._end_of_grace.put(None)
        self._start_grace()

    def _start_grace(self) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            threading.Thread(target=self._limit_the_drain, name="grace", daemon=True).start()

    def _limit_the_drain(self) -> None:
        """Interrupt what is not done within the grace; then end, whatever still hangs."""
        _log.info("worker stops", kind=self._kind, grace_seconds=self._grace_seconds)
        with suppress(Empty):
            self._end_of_grace.get(timeout=self._grace_seconds)
            _log.warning("worker was told to hurry; what runs is given back now", kind=self._kind)
        if self._runtime.executor is not None:
            self._runtime.executor.interrupt_all()
        for child in _children(self._worker):
            child.terminate()
        time.sleep(LAST_WORDS_SECONDS)
        _log.error("worker ends by force; its leases run out and the reconciler takes over")
        for child in _children(self._worker):
            os.kill(child.pid, signal.SIGKILL)
        os._exit(1)

    def _child_started(self, **_: object) -> None:
        # A terminal sends it to the whole group; what it means for a child, its parent decides.
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)
        if is_multiprocess():
            mark_child_started(current_process().index)
        self._runtime.tracing.start_after_fork()
        # The signal that interrupted the body was meant to end the child, in the pool's own way.
        self._runtime.after_interruption = lambda: signal.raise_signal(signal.SIGTERM)
        self._runtime.start(self._kind)

    def _child_stopping(self, **_: object) -> None:
        self._runtime.stop()


def _children(worker: Any) -> list[Any]:
    # The pool's pool is billiard's, which has them; a threads pool has none.
    return list(getattr(getattr(worker.pool, "_pool", None), "_pool", None) or ())


def _quiet_celery() -> None:
    """Our own lines say more; Celery's would double them, and install handlers of their own."""
    signals.setup_logging.connect(_leave_logging_alone, weak=False)
    for name in ("celery.app.trace", "celery.apps.worker", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _leave_logging_alone(**_: object) -> None:
    """A receiver is all it takes: Celery then configures nothing."""
