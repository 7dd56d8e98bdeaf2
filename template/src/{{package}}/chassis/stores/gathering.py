"""Sends the calls that wait at the same moment in one request: a loop full of work asks once."""

import asyncio
from collections import deque
from typing import Any, TypeVar

from valkey.asyncio import Valkey as AsyncValkey

from .calls import AsyncStore, Call, Reply, parsed

T = TypeVar("T")

# A long pipeline delays its first reply; past this, a call costs hardly less for having company.
CALLS_PER_REQUEST = 64
# Requests under way at once. With a second one, the next calls need not wait for the first's reply.
REQUESTS_MAXIMUM = 2


class GatheringStore(AsyncStore):
    """An AsyncStore for one event loop on which much happens at once.

    A call that comes alone is sent at once, in a request of its own. Calls that come while requests
    are under way leave together. Each has its own result or error.
    """

    def __init__(self, client: AsyncValkey) -> None:
        super().__init__(client)
        self._waiting: deque[tuple[Call[Any], asyncio.Future[Reply]]] = deque()
        self._requests: set[asyncio.Task[None]] = set()
        self._turn: asyncio.Handle | None = None

    async def run(self, call: Call[T]) -> T:
        """Run one call. Raises StoreUnavailable when Valkey does not answer."""
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()
        self._waiting.append((call, reply))
        if self._turn is None and len(self._requests) < REQUESTS_MAXIMUM:
            # At the end of this turn of the loop: what else comes in it goes along.
            self._turn = loop.call_soon(self._send)
        return parsed(call, await reply)

    def _send(self) -> None:
        self._turn = None
        while self._waiting and len(self._requests) < REQUESTS_MAXIMUM:
            count = min(len(self._waiting), CALLS_PER_REQUEST)
            batch = [self._waiting.popleft() for _ in range(count)]
            request = asyncio.get_running_loop().create_task(self._ask_together(batch))
            self._requests.add(request)
            request.add_done_callback(self._sent)

    def _sent(self, request: asyncio.Task[None]) -> None:
        self._requests.discard(request)
        self._send()

    async def _ask_together(self, batch: list[tuple[Call[Any], asyncio.Future[Reply]]]) -> None:
        replies: list[Reply]
        try:
            replies = await self.replies([call for call, _ in batch])
        except Exception as error:  # noqa: BLE001 - raised again, by each of those who wait
            replies = [error] * len(batch)
        for (_, waiting), reply in zip(batch, replies, strict=True):
            # Whoever waited may have been cancelled meanwhile.
            if not waiting.done():
                waiting.set_result(reply)
