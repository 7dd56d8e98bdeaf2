"""Waits for word that an execution moved on; a lost notice costs latency, never the result."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkey.exceptions import TimeoutError as ValkeyTimeoutError

from ..stores import AsyncStore, Store

# The longest wait for the server's word that the subscription stands.
SUBSCRIBE_SECONDS = 5.0
# How often the caller looks instead, while there is no subscription.
BLIND_SECONDS = 0.2

_LOST = (ValkeyConnectionError, ValkeyTimeoutError, OSError)


@contextmanager
def notices(store: Store, channel: str) -> Iterator[Callable[[float], None]]:
    """Gives a function that returns at the next notice, or after the seconds it is given.

    A subscription keeps a connection to itself, so there are as many as the store has to spare;
    further waiters look again every now and then.
    """
    if not store.spare_connections.acquire(blocking=False):
        yield _look_again
        return
    try:
        with store.client.pubsub() as subscription:
            with suppress(*_LOST):
                subscription.subscribe(channel)
                subscription.get_message(timeout=SUBSCRIBE_SECONDS)

            def wait(seconds: float) -> None:
                try:
                    subscription.get_message(timeout=seconds)
                except _LOST:
                    _look_again(seconds)

            yield wait
    finally:
        store.spare_connections.release()


@asynccontextmanager
async def async_notices(
    store: AsyncStore, channel: str
) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
    """The same for async code."""
    if not store.spare_connections.acquire(blocking=False):
        yield _look_again_async
        return
    try:
        async with store.client.pubsub() as subscription:
            with suppress(*_LOST):
                await subscription.subscribe(channel)
                await subscription.get_message(timeout=SUBSCRIBE_SECONDS)

            async def wait(seconds: float) -> None:
                try:
                    await subscription.get_message(timeout=seconds)
                except _LOST:
                    await _look_again_async(seconds)

            yield wait
    finally:
        store.spare_connections.release()


def _look_again(seconds: float) -> None:
    time.sleep(min(seconds, BLIND_SECONDS))


async def _look_again_async(seconds: float) -> None:
    await asyncio.sleep(min(seconds, BLIND_SECONDS))
