"""One definition of a script call that sync and async code both run."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Generic, TypeVar

from valkey import Valkey, ValkeyCluster
from valkey.asyncio import Valkey as AsyncValkey
from valkey.asyncio import ValkeyCluster as AsyncValkeyCluster
from valkey.exceptions import NoScriptError, ResponseError

from .async_notices import AsyncNoticeBoard
from .durability import check_on_disk, wait_for_disk
from .failures import FAILURES, raise_failure
from .notices import NoticeBoard
from .wire import ENCODING_ERRORS, Packer, exchange, exchange_async

T = TypeVar("T")

# Valkey's reply to a script: text, a number, nothing, or a list of such.
Reply = Any

_PACKER: Final = Packer(ENCODING_ERRORS)
_NEEDS: Final = re.compile(r"^-- needs: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script and its digest, as the server names it."""

    text: str
    sha: str


@cache
def load_script(name: str) -> Script:
    """Read `scripts/<name>.lua`, behind those of `scripts/parts` that its line `-- needs:` names.

    A part may need others, each of which is read once. A script carries only what it uses: the
    server runs through all of it at every call. A first line `#!lua` with the script's flags stays
    the first.
    """
    folder = files(__package__) / "scripts"
    text = (folder / f"{name}.lua").read_text("utf-8")
    parts: dict[str, str] = {}
    _gather(folder / "parts", text, parts)
    flags, _, body = text.partition("\n") if text.startswith("#!") else ("", "", text)
    text = "\n".join((*((flags,) if flags else ()), *parts.values(), body))
    # The digest names the script; it protects nothing.
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def _gather(folder: Traversable, text: str, parts: dict[str, str]) -> None:
    """Add what a text needs to the parts, and before each of these what it needs itself."""
    needs = _NEEDS.search(text)
    for name in needs[1].split() if needs else ():
        if name not in parts:
            part = folder.joinpath(f"{name}.lua").read_text("utf-8")
            _gather(folder, part, parts)
            parts[name] = part


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One script with its keys (all of one slot), its arguments, and how to read the reply.

    Every call may be sent twice: identifiers made by the caller let the script recognise a resend.
    One that ``ends`` something goes before others that wait with it: what it ends would else be
    done again, should the process die. A durable one is answered when the server has on disk what
    it wrote.
    """

    script: Script
    keys: tuple[str, ...]
    arguments: tuple[str, ...]
    parse: Callable[[Reply], T]
    ends: bool = False
    is_durable: bool = False


Worded = Callable[[Call[Any]], tuple[Any, ...]]


class Store:
    """Runs calls from sync code: prefork children, the heartbeat, the command line."""

    def __init__(self, client: Valkey) -> None:
        # valkey-py types each reply of its sync client as maybe awaitable, which helps no caller.
        self.client: Any = client
        self.notices = NoticeBoard(client)
        self._is_cluster = isinstance(client, ValkeyCluster)

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
            replies = self._ask(calls, _evalsha)
            if unknown := _unknown_scripts(replies):
                again = self._ask([calls[place] for place in unknown], _eval)
                for place, reply in zip(unknown, again, strict=True):
                    replies[place] = reply
        except FAILURES as error:
            raise_failure(error)
        return replies

    def _ask(self, calls: Sequence[Call[Any]], worded: Worded) -> list[Reply]:
        commands = [worded(call) for call in calls]
        if not any(call.is_durable for call in calls):
            return self._request(commands)
        *replies, on_disk = self._request([*commands, wait_for_disk(self.client)])
        check_on_disk(on_disk)
        return replies

    def _request(self, commands: Sequence[tuple[Any, ...]]) -> list[Reply]:
        """The reply to each command, or the error that it is."""
        if self._is_cluster:
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
        self._is_cluster = isinstance(client, AsyncValkeyCluster)

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
            replies = await self._ask(calls, _evalsha)
            if unknown := _unknown_scripts(replies):
                again = await self._ask([calls[place] for place in unknown], _eval)
                for place, reply in zip(unknown, again, strict=True):
                    replies[place] = reply
        except FAILURES as error:
            raise_failure(error)
        return replies

    async def _ask(self, calls: Sequence[Call[Any]], worded: Worded) -> list[Reply]:
        commands = [worded(call) for call in calls]
        if not any(call.is_durable for call in calls):
            return await self._request(commands)
        *replies, on_disk = await self._request([*commands, wait_for_disk(self.client)])
        check_on_disk(on_disk)
        return replies

    async def _request(self, commands: Sequence[tuple[Any, ...]]) -> list[Reply]:
        if self._is_cluster:
            return [await self._ask_its_node(command) for command in commands]
        pool = self.client.connection_pool
        connection = await pool.get_connection("EVALSHA")
        try:
            replies: list[Reply] = await connection.retry.call_with_retry(
                lambda: exchange_async(connection, _PACKER, commands),
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


# Not by the client's own methods: what they add to a script call is checks of keyword arguments.
def _evalsha(call: Call[Any]) -> tuple[Any, ...]:
    return ("EVALSHA", call.script.sha, str(len(call.keys)), *call.keys, *call.arguments)


def _with_number_of_keys(command: tuple[Any, ...]) -> tuple[Any, ...]:
    # By which a cluster's client finds the keys, and by them the node.
    name, script, keys, *others = command
    return (name, script, int(keys), *others)


def _eval(call: Call[Any]) -> tuple[Any, ...]:
    # A restart or failover emptied the script cache; EVAL loads it again.
    return ("EVAL", call.script.text, str(len(call.keys)), *call.keys, *call.arguments)


def _unknown_scripts(replies: Sequence[Reply]) -> list[int]:
    return [place for place, reply in enumerate(replies) if isinstance(reply, NoScriptError)]


def parsed(call: Call[T], reply: Reply) -> T:
    """Read a reply of a store's `replies`, or raise the error that it is."""
    if isinstance(reply, Exception):
        raise_failure(reply)
    return call.parse(reply)
