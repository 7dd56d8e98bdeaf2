"""Sends requests before the replies to earlier ones are read: neither side waits for the other."""

from collections.abc import Sequence
from typing import Any, Final, Self

from .calls import Call, Reply, parsed
from .failures import FAILURES
from .store import (
    PACKER,
    AsyncStore,
    Store,
    commands_of,
    is_durable,
    kept_on_disk,
    unknown_scripts,
)
from .wire import receive, receive_async, send, send_async, socket_of

Calls = Sequence[Call[Any]]


class _Line:
    """The requests on one connection whose replies are not read, and what nobody has asked for yet.

    Replies come in the order of the requests. Of what was on its way when the connection broke it
    is open what the server took: all of it is sent once more, as every call may be.
    """

    def __init__(self) -> None:
        self.connection: Any = None
        self._socket: object = None
        self._count = 0
        self._unread: dict[int, Calls] = {}
        self._outcomes: dict[int, list[Any] | Exception] = {}

    def add(self, calls: Calls) -> int:
        """The number of a request that is to be sent now."""
        self._count += 1
        self._unread[self._count] = calls
        return self._count

    def note_sent(self) -> None:
        """It is, over the connection as it is now."""
        self._socket = self._socket or socket_of(self.connection)

    def is_awaited(self, number: int) -> bool:
        return number in self._unread

    @property
    def is_clean(self) -> bool:
        """Whether all replies are read, so that others may use the connection."""
        return not self._unread

    def oldest(self) -> Calls:
        """The one whose replies come next. Raises ConnectionError when they never will."""
        if socket_of(self.connection) is not self._socket:
            message = "the connection is another one by now"
            raise ConnectionError(message)
        return next(iter(self._unread.values()))

    def answered(self, replies: list[Reply]) -> None:
        """Those are its replies. Raises NoScriptError, for which it has to be sent once more."""
        for place in unknown_scripts(replies):
            raise replies[place]
        number, calls = next(iter(self._unread.items()))
        del self._unread[number]
        try:
            self._outcomes[number] = _results(calls, replies)
        except Exception as error:  # noqa: BLE001 - raised again for whoever asks for this one
            self._outcomes[number] = error

    def ended(self, outcome: list[Any] | Exception) -> None:
        """What the oldest returned or raised when it was sent by itself."""
        number = next(iter(self._unread))
        del self._unread[number]
        self._outcomes[number] = outcome

    def leave(self) -> Any:
        """The connection, which is no longer used here; None when there was none."""
        connection, self.connection, self._socket = self.connection, None, None
        return connection

    def lost(self) -> Calls | None:
        """The oldest that has to be sent once more; None when there is no other."""
        return next(iter(self._unread.values()), None)

    def take(self, number: int) -> list[Any]:
        """What its calls returned, once. Raises what they raised."""
        outcome = self._outcomes.pop(number)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class PipelinedRequests:
    """For sync code, as a context that holds one connection. Not for several threads at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._line: Final = _Line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def send(self, calls: Calls) -> int:
        """Send a request; its number. What goes wrong is raised for whoever asks for its replies."""
        number = self._line.add(calls)
        try:
            self._send(calls)
        except FAILURES:
            self._send_alone()
        return number

    def receive(self, number: int) -> list[Any]:
        """What the calls of a request return, once. Raises as `Store.run_many`."""
        while self._line.is_awaited(number):
            try:
                count = _reply_count(self._line.oldest())
                self._line.answered(receive(self._line.connection, count))
            except FAILURES:
                self._send_alone()
        return self._line.take(number)

    def _send(self, calls: Calls) -> None:
        line = self._line
        if self._store.is_cluster:
            # Each call may be for another node.
            self._send_alone()
            return
        is_first = line.connection is None
        if is_first:
            line.connection = self._store.client.connection_pool.get_connection("EVALSHA")
        send(line.connection, commands_of(self._store.client, calls), check_health=is_first)
        line.note_sent()

    def _send_alone(self) -> None:
        """Give the connection up, and send all that waits for replies, one after the other."""
        self._leave()
        error: Exception | None = None
        while (calls := self._line.lost()) is not None:
            try:
                # Behind one that has failed, the others would only wait as long in vain.
                self._line.ended(error or self._store.run_many(calls))
            except Exception as failed:  # noqa: BLE001 - raised again for whoever asks for it
                error = failed

    def _leave(self) -> None:
        if (connection := self._line.leave()) is not None:
            if not self._line.is_clean:
                connection.disconnect()
            self._store.client.connection_pool.release(connection)


class AsyncPipelinedRequests:
    """For async code, as a context; the same."""

    def __init__(self, store: AsyncStore) -> None:
        self._store = store
        self._line: Final = _Line()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()

    async def send(self, calls: Calls) -> int:
        """As `PipelinedRequests.send`."""
        number = self._line.add(calls)
        try:
            await self._send(calls)
        except FAILURES:
            await self._send_alone()
        return number

    async def receive(self, number: int) -> list[Any]:
        """As `PipelinedRequests.receive`."""
        while self._line.is_awaited(number):
            try:
                count = _reply_count(self._line.oldest())
                self._line.answered(await receive_async(self._line.connection, count))
            except FAILURES:
                await self._send_alone()
        return self._line.take(number)

    async def _send(self, calls: Calls) -> None:
        line = self._line
        if self._store.is_cluster:
            await self._send_alone()
            return
        is_first = line.connection is None
        if is_first:
            line.connection = await self._store.client.connection_pool.get_connection("EVALSHA")
        commands = commands_of(self._store.client, calls)
        await send_async(line.connection, PACKER, commands, check_health=is_first)
        line.note_sent()

    async def _send_alone(self) -> None:
        await self._leave()
        error: Exception | None = None
        while (calls := self._line.lost()) is not None:
            try:
                self._line.ended(error or await self._store.run_many(calls))
            except Exception as failed:  # noqa: BLE001 - raised again for whoever asks for it
                error = failed

    async def _leave(self) -> None:
        if (connection := self._line.leave()) is not None:
            if not self._line.is_clean:
                await connection.disconnect(nowait=True)
            await self._store.client.connection_pool.release(connection)


def _reply_count(calls: Calls) -> int:
    return len(calls) + is_durable(calls)


def _results(calls: Calls, replies: list[Reply]) -> list[Any]:
    return [parsed(*pair) for pair in zip(calls, kept_on_disk(calls, replies), strict=True)]
