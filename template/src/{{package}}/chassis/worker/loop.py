"""One event loop per worker process, on a thread of its own, for all `async def` bodies."""

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from ..observability import get_secure_logger

T = TypeVar("T")

STOP_SECONDS = 5.0

_log = get_secure_logger(__name__)


class LoopThread:
    """The thread; bodies run on its loop side by side while their pool threads wait."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="task-bodies", daemon=True)
        self._stopping = False

    def start(self) -> None:
        """Start the loop."""
        self._thread.start()

    def stop(self) -> None:
        """Cancel what still runs and end the loop."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end)
            self._thread.join(STOP_SECONDS)

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> "LoopTask[T]":
        """Start a coroutine on the loop, with the caller's context variables."""
        task = LoopTask[T](self._loop)
        context = contextvars.copy_context()
        self._loop.call_soon_threadsafe(task.start, coroutine, context=context)
        return task

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            while not self._stopping:
                self._turn()
        finally:
            leftovers = asyncio.all_tasks(self._loop)
            for task in leftovers:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*leftovers, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def _end(self) -> None:
        self._stopping = True
        self._loop.stop()

    def _turn(self) -> None:
        try:
            self._loop.run_forever()
        except (SystemExit, KeyboardInterrupt):
            # From a task that some body started. Who awaits it is told; the others shall go on.
            _log.exception("a body's own task called exit(); raise an error instead")


class LoopTask(Generic[T]):
    """A coroutine that runs on the loop, seen from another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._task: asyncio.Task[T] | None = None
        self._done: Future[T] = Future()

    def start(self, coroutine: Coroutine[Any, Any, T]) -> None:
        """Start it; called on the loop."""
        self._task = self._loop.create_task(coroutine)
        self._task.add_done_callback(self._finish)

    def wait(self) -> T:
        """Its result, or what it raised; CancelledError when it was cancelled."""
        return self._done.result()

    def cancel(self) -> None:
        """Cancel it at its next await; it still ends in its own time."""
        # Queued behind `start`, so the task is there by then.
        self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _finish(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self._done.set_exception(asyncio.CancelledError())
        elif (error := task.exception()) is not None:
            self._done.set_exception(error)
        else:
            self._done.set_result(task.result())
