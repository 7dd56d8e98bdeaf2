"""Retries of the Valkey clients that count once per call, however deep the client nests them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from valkey.asyncio.retry import Retry as AsyncRetry
from valkey.exceptions import ValkeyError
from valkey.retry import Retry

T = TypeVar("T")

# A command that finds its connection broken connects, which greets the server, which checks its
# health first, which connects: each layer retries by itself. On a server that accepts connections
# and answers nothing, that multiplies without end, up to a RecursionError after an hour.


class SingleRetry(Retry):
    """For sync connections. Each connection has a copy of its own, used by one call at a time."""

    _is_busy = False

    def call_with_retry(self, do: Callable[[], T], fail: Callable[[Exception], object]) -> T:
        """Retry the outermost call; one within it fails at its first error."""
        if self._is_busy:
            return do()
        self._is_busy = True
        try:
            result: T = super().call_with_retry(do, fail)
        finally:
            self._is_busy = False
        return result


class AsyncSingleRetry(AsyncRetry):
    """For async connections."""

    _is_busy = False

    async def call_with_retry(
        self, do: Callable[[], Awaitable[T]], fail: Callable[[ValkeyError], object]
    ) -> T:
        """Retry the outermost call; one within it fails at its first error."""
        if self._is_busy:
            return await do()
        self._is_busy = True
        try:
            result: T = await super().call_with_retry(do, fail)
        finally:
            self._is_busy = False
        return result
