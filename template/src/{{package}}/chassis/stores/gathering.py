"""Sends the calls that wait at the same moment in one request: a loop full of work asks once."""

import asyncio
from collections import deque
from typing import Any, TypeVar

from valkey.asyncio import Valkey as AsyncValkey

from .calls import Call, Reply, parsed
from .store import AsyncStore

T = TypeVar("T")

# A call, and where its reply goes.
Waiting = tuple[Call[Any], asyncio.Future[Reply]]

# What a killed process leaves behind is bodies that have ended and whose settlement was not sent.
# They run again, so they have to be few: one request is under way at a time, with all that ends
# something before anything else in it, and with few calls that may let another body begin.
ENDINGS_PER_REQUEST = 64
OTHERS_PER_REQUEST = 8


class GatheringStore(AsyncStore):
    """An AsyncStore for one event loop on which much happens at once.

    A call that comes alone is sent at once, in a request of its own. Calls that come while one is
    under way leave together, those first that end something. Each has its own result or error.
    """

    def __init__(self, client: AsyncValkey) -> None:
        super().__init__(client)
        self._ending: deque[Waiting] = deque()
        self._others: deque[Waiting] = deque()
        self._request_under_way: asyncio.Task[None] | None = None
        self._turn: asyncio.Handle | None = None

    async def run(self, call: Call[T]) -> T:
        """Run one call. Raises StoreUnavailable when Valkey does not answer."""
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()
        (self._ending if call.ends else self._others).append((call, reply))
        if self._turn is None and self._request_under_way is None:
            # At the end of this turn of the loop: what else comes in it goes along.
            self._turn = loop.call_soon(self._send)
        return parsed(call, await reply)

    def _send(self) -> None:
        self._turn = None
        batch = [
            *_first(self._ending, ENDINGS_PER_REQUEST),
            *_first(self._others, OTHERS_PER_REQUEST),
        ]
        if batch:
            request = asyncio.get_running_loop().create_task(self._ask_together(batch))
            self._request_under_way = request
            request.add_done_callback(self._sent)

    def _sent(self, _: asyncio.Task[None]) -> None:
        self._request_under_way = None
        self._send()

    async def _ask_together(self, batch: list[Waiting]) -> None:
        replies: list[Reply]
        try:
            replies = await self.replies([call for call, _ in batch])
        except Exception as error:  # noqa: BLE001 - raised again, by each of those who wait
            replies = [error] * len(batch)
        for (_, waiting), reply in zip(batch, replies, strict=True):
            # Whoever waited may have been cancelled meanwhile.
            if not waiting.done():
                waiting.set_result(reply)


def _first(line: deque[Waiting], most: int) -> list[Waiting]:
    return [line.popleft() for _ in range(min(len(line), most))]
