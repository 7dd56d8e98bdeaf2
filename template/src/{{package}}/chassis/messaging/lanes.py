"""A bounded number of events side by side, so that a slow one does not hold up the others."""

import asyncio
from collections.abc import Callable, Coroutine

from ..observability import describe_error, get_secure_logger
from .serving import end_tasks

_log = get_secure_logger(__name__)

Work = Callable[[], Coroutine[None, None, None]]


class Lanes:
    """Runs pieces of work, at most ``limit`` at a time, for one reader that asks for room first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: set[asyncio.Task[None]] = set()

    @property
    def free(self) -> int:
        """How many more may start now."""
        return max(self._limit - len(self._running), 0)

    async def room(self) -> int:
        """Wait until at least one may start; returns how many."""
        while not self.free:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        return self.free

    def start(self, work: Work) -> None:
        """Run it in a lane of its own."""
        task = asyncio.create_task(_logged(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self, grace_seconds: float) -> None:
        """Let what runs finish within the grace, then cancel the rest; it is delivered again."""
        if self._running:
            await asyncio.wait(self._running, timeout=grace_seconds)
        await end_tasks(tuple(self._running))


async def _logged(work: Work) -> None:
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - one event must not end the loop for the others
        # Nothing was acknowledged, so the poller hands it out again.
        _log.error("event left for the next delivery", error=describe_error(error))
