"""Hears what is published, for async code: one task reads for all waiters of a client."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

from .notices import BLIND_SECONDS, LOST, SUBSCRIBE_SECONDS

# How long the connection stays open for the next waiter.
IDLE_SECONDS: Final = 30.0


class AsyncNoticeBoard:
    """Lets coroutines wait for notices, as `NoticeBoard` does for threads. For one event loop."""

    def __init__(self, client: Any) -> None:  # of all kinds
        self._pool = getattr(client, "connection_pool", None)
        self._connection: Any = None
        self._reader: asyncio.Task[None] | None = None
        self._waiters: dict[str, set[asyncio.Event]] = {}
        self._standing: set[str] = set()
        self._connecting = asyncio.Lock()
        self._not_before = 0.0

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
        """Gives a function that returns at the next notice, or after the seconds it is given.

        No notice is missed that comes once the block has begun.
        """
        heard = asyncio.Event()
        self._waiters.setdefault(channel, set()).add(heard)
        try:
            if channel not in self._standing:
                await self._subscribe(channel)
                await self._wait(heard, SUBSCRIBE_SECONDS)
                if self._reader is not None and channel not in self._standing:
                    # The server has not said that it stands: the other end may be gone.
                    await self.close()
            yield partial(self._wait, heard)
        finally:
            await self._leave(channel, heard)

    async def close(self) -> None:
        """Close the connection; the next waiter opens another."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    async def _wait(self, heard: asyncio.Event, seconds: float) -> None:
        if self._reader is None and not await self._connect():
            await asyncio.sleep(min(seconds, BLIND_SECONDS))
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await heard.wait()
        heard.clear()

    async def _subscribe(self, channel: str) -> None:
        if self._reader is None:
            await self._connect()
        else:
            await self._send("SUBSCRIBE", channel)

    async def _leave(self, channel: str, heard: asyncio.Event) -> None:
        others = self._waiters[channel]
        others.discard(heard)
        if not others:
            del self._waiters[channel]
            self._standing.discard(channel)
            if self._reader is not None:
                await self._send("UNSUBSCRIBE", channel)

    async def _connect(self) -> bool:
        async with self._connecting:
            if self._reader is not None or self._pool is None:
                return self._reader is not None
            if time.monotonic() < self._not_before:
                return False
            connection = self._pool.make_connection()
            try:
                await connection.connect()
                await connection.send_command("SUBSCRIBE", *self._waiters, check_health=False)
            except BaseException as error:
                await connection.disconnect(nowait=True)
                if isinstance(error, LOST):
                    return False
                raise
            self._connection = connection
            self._reader = asyncio.create_task(self._read(connection))
            return True

    async def _send(self, *command: str) -> None:
        # A lost connection is the reader's business. It may part with it while this is being sent,
        # and then the client misses its own writer.
        with suppress(*LOST, AttributeError):
            await self._connection.send_command(*command, check_health=False)

    async def _read(self, connection: Any) -> None:
        try:
            with suppress(*LOST):
                while True:
                    message = await connection.read_response(
                        timeout=IDLE_SECONDS, push_request=True
                    )
                    if message is not None:
                        self._hear(*message[:2])
                    elif not self._waiters:
                        break
        finally:
            self._reader = None
            self._standing.clear()
            if self._waiters:
                self._not_before = time.monotonic() + BLIND_SECONDS
            # They may have missed something, so they look.
            for channel in self._waiters:
                self._wake(channel)
            await connection.disconnect(nowait=True)

    def _hear(self, kind: str, channel: str) -> None:
        if kind != "unsubscribe" and channel in self._waiters:
            self._standing.add(channel)
            self._wake(channel)

    def _wake(self, channel: str) -> None:
        for heard in self._waiters[channel]:
            heard.set()
