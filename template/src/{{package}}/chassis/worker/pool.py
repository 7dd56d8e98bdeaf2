"""Celery's pool of a worker for `async def` tasks: deliveries run on the event loop, not in threads."""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from billiard.einfo import ExceptionInfo
from celery.concurrency.thread import TaskPool
from celery.exceptions import Reject

from .celery_app import DeliveredTask


class LoopPool(TaskPool):  # type: ignore[misc]  # Celery is published without types
    """Hands deliveries to the loop and returns at once; there, as many bodies run as the
    concurrency says.

    What needs Celery's tracer (foreign messages, canvas, the team's own Celery tasks) runs in a
    thread, as in the pool that this one extends.
    """

    # Called when deliveries are waited for: whatever ends the worker, that must not last for ever.
    before_waiting: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, *args: Any, **options: Any) -> None:  # Celery's own signature
        super().__init__(*args, **options)
        self._count = 0
        self._is_idle = threading.Condition()

    def on_apply(  # Celery's own signature
        self,
        target: Any,
        args: Any = None,
        kwargs: Any = None,
        callback: Any = None,
        accept_callback: Any = None,
        **options: Any,
    ) -> Any:
        """Start one task. ``args`` begins with its name, its id and its request."""
        task = self.app.tasks[args[0]]
        if isinstance(task, DeliveredTask) and self._begin(
            task, args[2], callback, accept_callback
        ):
            return None
        return super().on_apply(target, args, kwargs, callback, accept_callback, **options)

    def on_stop(self) -> None:
        """Wait for what runs; the worker's grace ends it, should it take too long."""
        with self._is_idle:
            if self._count:
                self.before_waiting()
            self._is_idle.wait_for(lambda: self._count == 0)
        super().on_stop()

    def terminate_job(self, pid: int, signal: Any = None) -> None:  # Celery's own signature
        """Let it run on: its lease is kept, and a worker that stops gives back what is left."""

    def _begin(
        self, task: DeliveredTask, request: Any, callback: Any, accept_callback: Any
    ) -> bool:
        started = time.monotonic()

        def ended(requeued: Reject | None) -> None:
            try:
                # What Celery's tracer answers: whether it failed, with what, and the seconds.
                callback((requeued is not None, _raised(requeued), time.monotonic() - started))
            finally:
                self._add(-1)

        self._add(1)
        if not task.begin_on_loop(request, ended):
            self._add(-1)
            return False
        accept_callback(os.getpid(), started)
        return True

    def _add(self, number: int) -> None:
        with self._is_idle:
            self._count += number
            if self._count == 0:
                self._is_idle.notify_all()


def _raised(error: Reject | None) -> ExceptionInfo | None:
    """The error as a tracer would hand it on, which takes it from a traceback."""
    if error is None:
        return None
    try:
        raise error
    except Reject:
        return ExceptionInfo()
