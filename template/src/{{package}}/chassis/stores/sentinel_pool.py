"""Pools that find the primary by its sentinels, and let calls wait for a connection."""

from contextlib import suppress
from queue import Empty
from typing import Any

from valkey import BlockingConnectionPool
from valkey.asyncio import BlockingConnectionPool as AsyncBlockingConnectionPool
from valkey.asyncio.sentinel import SentinelConnectionPool as AsyncSentinelConnectionPool
from valkey.sentinel import SentinelConnectionPool


class BlockingSentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """For sync clients."""

    def disconnect(self, inuse_connections: bool = True) -> None:
        """Close all connections, or those alone that nobody uses: after a failover, for example."""
        if inuse_connections:
            super().disconnect()
            for sentinel in self.sentinel_manager.sentinels:
                sentinel.close()
            return
        idle: list[Any] = []
        with suppress(Empty):
            while True:
                idle.append(self.pool.get_nowait())
        # The last one out is the oldest, and goes in first.
        for connection in reversed(idle):
            if connection is not None:
                connection.disconnect()
            self.pool.put_nowait(connection)


class AsyncBlockingSentinelPool(AsyncSentinelConnectionPool, AsyncBlockingConnectionPool):
    """For async clients."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """The same."""
        await super().disconnect(inuse_connections)
        if inuse_connections:
            for sentinel in self.sentinel_manager.sentinels:
                await sentinel.aclose()
