"""Runs script calls: one request for many, EVALSHA with reload, outages as errors of our own."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from valkey import Valkey, ValkeyCluster
from valkey.asyncio import Valkey as AsyncValkey
from valkey.asyncio import ValkeyCluster as AsyncValkeyCluster
from valkey.exceptions import NoScriptError, ResponseError

from .async_notices import AsyncNoticeBoard
from .calls import Call, Reply, parsed
from .durability import check_on_disk, wait_for_disk
from .failures import FAILURES, raise_failure
from .notices import NoticeBoard
from .wire import ENCODING_ERRORS, Packer, exchange, exchange_async

T = TypeVar("T")
Worded = Callable[[Call[Any]], tuple[Any, ...]]

PACKER: Final = Packer(ENCODING_ERRORS)


class Store:
    """Runs calls from sync code: prefork children, the heartbeat, the command line."""

    def __init__(self, client: Valkey) -> None:
        # valkey-py types each reply of its sync client as maybe awaitable, which helps no caller.
        self.client: Any = client
        self.notices = NoticeBoard(client)
        self.is_cluster = isinstance(client, ValkeyCluster)

    def run(self, call: Call[T]) -> T:
        """Run one call in one request. Raises StoreUnavailable when Valkey does not answer."""
        (reply,) = self.replies([call])
        return parsed(call, reply)

    def run_many(self, calls: Sequence[Call[T]]) -> list[T]:
        """Run calls in one request, in their order; in a cluster, one request for each.

        Raises StoreUnavailable when Valkey did not take them all. Which ones it took is then open,
        and every one may be sent again.
        """
        return [parsed(*pair) for pair in zip(calls, self.replies(calls), strict=True)]

    def replies(self, calls: Sequence[Call[Any]]) -> list[Reply]:
        """The unread reply to each call, or the error it failed with. Raises StoreUnavailable."""
        try:
            replies = self._ask(calls, Call.by_digest)
            if unknown := unknown_scripts(replies):
                again = self._ask([calls[place] for place in unknown], Call.in_full)
                for place, reply in zip(unknown, again, strict=True):
                    replies[place] = reply
        except FAILURES as error:
            raise_failure(error)
        return replies

    def _ask(self, calls: Sequence[Call[Any]], worded: Worded) -> list[Reply]:
        replies = self._request(commands_of(self.client, calls, worded))
        return kept_on_disk(calls, replies)

    def _request(self, commands: Sequence[tuple[Any, ...]]) -> list[Reply]:
        """The reply to each command, or the error that it is."""
        if self.is_cluster:
            return [self._ask_its_node(command) for command in commands]
        # Past the client, whose ways of running a command cost more than the command.
        pool = self.client.connection_pool
        connection = pool.get_connection("EVALSHA")
        try:
            replies: list[Reply] = connection.retry.call_with_retry(
                lambda: exchange(connection, commands), lambda _: connection.disconnect()
            )
        except BaseException:
            # Whatever it was, answers may be left that the next call would take for its own.
            connection.disconnect()
            raise
        finally:
            pool.release(connection)
        return replies

    def _ask_its_node(self, command: tuple[Any, ...]) -> Reply:
        try:
            return self.client.execute_command(*_with_number_of_keys(command))
        except ResponseError as error:
            return error


class AsyncStore:
    """Runs calls from async code: the API, the listener, the poller, the worker's loop."""

    def __init__(self, client: AsyncValkey) -> None:
        # Typed as the sync client's twin; its commands are all awaited here.
        self.client: Any = client
        self.notices = AsyncNoticeBoard(client)
        self.is_cluster = isinstance(client, AsyncValkeyCluster)

    async def close(self) -> None:
        """Close every connection."""
        await self.notices.close()
        await self.client.aclose()

    async def run(self, call: Call[T]) -> T:
        """Run one call in one request. Raises StoreUnavailable when Valkey does not answer."""
        (reply,) = await self.replies([call])
        return parsed(call, reply)

    async def run_many(self, calls: Sequence[Call[T]]) -> list[T]:
        """Run calls in one request, as `Store.run_many`."""
        return [parsed(*pair) for pair in zip(calls, await self.replies(calls), strict=True)]

    async def replies(self, calls: Sequence[Call[Any]]) -> list[Reply]:
        """The unread reply to each call, or the error it failed with. Raises StoreUnavailable."""
        try:
            replies = await self._ask(calls, Call.by_digest)
            if unknown := unknown_scripts(replies):
                again = await self._ask([calls[place] for place in unknown], Call.in_full)
                for place, reply in zip(unknown, again, strict=True):
                    replies[place] = reply
        except FAILURES as error:
            raise_failure(error)
        return replies

    async def _ask(self, calls: Sequence[Call[Any]], worded: Worded) -> list[Reply]:
        replies = await self._request(commands_of(self.client, calls, worded))
        return kept_on_disk(calls, replies)

    async def _request(self, commands: Sequence[tuple[Any, ...]]) -> list[Reply]:
        if self.is_cluster:
            return [await self._ask_its_node(command) for command in commands]
        pool = self.client.connection_pool
        connection = await pool.get_connection("EVALSHA")
        try:
            replies: list[Reply] = await connection.retry.call_with_retry(
                lambda: exchange_async(connection, PACKER, commands),
                lambda _: connection.disconnect(),
            )
        except BaseException:
            # As in `Store._request`.
            await connection.disconnect(nowait=True)
            raise
        finally:
            await pool.release(connection)
        return replies

    async def _ask_its_node(self, command: tuple[Any, ...]) -> Reply:
        try:
            return await self.client.execute_command(*_with_number_of_keys(command))
        except ResponseError as error:
            return error


def _with_number_of_keys(command: tuple[Any, ...]) -> tuple[Any, ...]:
    # By which a cluster's client finds the keys, and by them the node.
    name, script, keys, *others = command
    return (name, script, int(keys), *others)


def unknown_scripts(replies: Sequence[Reply]) -> list[int]:
    """The places of those that the server does not have the script of."""
    return [place for place, reply in enumerate(replies) if isinstance(reply, NoScriptError)]


def commands_of(
    client: Any, calls: Sequence[Call[Any]], worded: Worded = Call.by_digest
) -> list[tuple[Any, ...]]:
    """What is sent for calls; behind durable ones, that the server waits for its disk."""
    commands = [worded(call) for call in calls]
    return [*commands, wait_for_disk(client)] if is_durable(calls) else commands


def is_durable(calls: Sequence[Call[Any]]) -> bool:
    """Whether one of them is answered only once it is on disk."""
    return any(call.is_durable for call in calls)


def kept_on_disk(calls: Sequence[Call[Any]], replies: list[Reply]) -> list[Reply]:
    """The replies to calls alone. Raises StoreUnavailable when the disk was waited for in vain."""
    if len(replies) > len(calls):
        check_on_disk(replies.pop())
    return replies
