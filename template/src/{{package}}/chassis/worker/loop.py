"""One event loop per worker process, on a thread of its own, for all `async def` tasks."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from ..observability import get_secure_logger

T = TypeVar("T")

STOP_SECONDS = 5.0

Start = Callable[[], object]

_log = get_secure_logger(__name__)


class LoopThread:
    """The thread; deliveries run on its loop side by side."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="task-bodies", daemon=True)
        self._stopping = False
        self._to_start: deque[Start] = deque()

    def start(self) -> None:
        """Start the loop."""
        self._thread.start()

    def stop(self) -> None:
        """Cancel what still runs and end the loop."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._end)
            self._thread.join(STOP_SECONDS)

    def soon(self, start: Start) -> None:
        """Call ``start`` on the loop. Cheap for many in a row: they wake the loop once."""
        self._to_start.append(start)
        # Only the first in line rings: whoever stands behind another is started along with it.
        with suppress(IndexError):  # started already
            if self._to_start[0] is start:
                self.loop.call_soon_threadsafe(self._start_all)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop, and wait for it in this other thread."""
        done: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        return done.result()

    def _start_all(self) -> None:
        try:
            while self._to_start:
                self._to_start.popleft()()
        finally:
            if self._to_start:
                # One could not be started; those behind it have rung for nobody.
                self.loop.call_soon(self._start_all)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            while not self._stopping:
                self._turn()
        finally:
            leftovers = asyncio.all_tasks(self.loop)
            for task in leftovers:
                task.cancel()
            self.loop.run_until_complete(asyncio.gather(*leftovers, return_exceptions=True))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    def _end(self) -> None:
        self._stopping = True
        self.loop.stop()

    def _turn(self) -> None:
        try:
            self.loop.run_forever()
        except (SystemExit, KeyboardInterrupt):
            # From a task that some body started. Who awaits it is told; the others shall go on.
            _log.exception("a body's own task called exit(); raise an error instead")
