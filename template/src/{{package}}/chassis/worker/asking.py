"""Answers what the steps of a submission ask for, of the records' server and of the broker's."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from valkey import Valkey
from valkey.asyncio import Valkey as AsyncValkey
from valkey.exceptions import ValkeyError

from ..observability import get_secure_logger
from ..stores import (
    AsyncPipelinedRequests,
    AsyncStore,
    Call,
    PipelinedRequests,
    Store,
    take,
    take_async,
)
from .backlog import Waiting

T = TypeVar("T")

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Calls for a request whose replies are asked for later; answered with its number."""

    calls: Sequence[Call[Any]]


@dataclass(frozen=True, slots=True)
class Due:
    """The replies to that request."""

    number: int


@dataclass(frozen=True, slots=True)
class Pushes:
    """Messages for a broker on another server, of executions that are admitted already."""

    queue_key: str
    messages: tuple[str, ...]


# Calls for one request, answered in their order, or something of the broker: a push, or how much
# waits.
Effect = Sequence[Call[Any]] | Pushes | Waiting
Steps = Generator[Effect | Ahead | Due, Any, T]


class Asking:
    """For sync code. ``broker`` is the broker's client when it is another server."""

    def __init__(self, store: Store, broker: Valkey | None) -> None:
        self._store = store
        self._broker: Any = broker  # typed by the client for sync and async alike
        self._queues = store if broker is None else Store(broker)

    def take(self, steps: Steps[T]) -> T:
        """Take all steps, none of which is sent ahead."""
        return take(steps, self._answer)

    def take_ahead(self, steps: Steps[T]) -> T:
        """Take all steps; some are sent before the replies to others are read."""
        with PipelinedRequests(self._store) as requests:
            return take(steps, partial(self._answer_ahead, requests))

    def _answer_ahead(self, requests: PipelinedRequests, effect: Any) -> Any:
        if isinstance(effect, Ahead):
            return requests.send(effect.calls)
        if isinstance(effect, Due):
            return requests.receive(effect.number)
        if isinstance(effect, Pushes | Waiting):
            return self._answer(effect)
        # Over the same connection: waiting for another one, callers could wait for each other.
        return requests.receive(requests.send(effect))

    def _answer(self, effect: Any) -> Any:
        if isinstance(effect, Waiting):
            return self._queues.run(effect.call)
        if not isinstance(effect, Pushes):
            return self._store.run_many(effect)
        try:
            self._broker.lpush(effect.queue_key, *effect.messages)
        except (ValkeyError, OSError):
            _log_unpushed(effect)
        return None


class AsyncAsking:
    """For async code; the same."""

    def __init__(self, store: AsyncStore, broker: AsyncValkey | None) -> None:
        self._store = store
        self._broker: Any = broker
        self._queues = store if broker is None else AsyncStore(broker)

    async def take(self, steps: Steps[T]) -> T:
        """As `Asking.take`."""
        return await take_async(steps, self._answer)

    async def take_ahead(self, steps: Steps[T]) -> T:
        """As `Asking.take_ahead`."""
        async with AsyncPipelinedRequests(self._store) as requests:
            return await take_async(steps, partial(self._answer_ahead, requests))

    async def _answer_ahead(self, requests: AsyncPipelinedRequests, effect: Any) -> Any:
        if isinstance(effect, Ahead):
            return await requests.send(effect.calls)
        if isinstance(effect, Due):
            return await requests.receive(effect.number)
        if isinstance(effect, Pushes | Waiting):
            return await self._answer(effect)
        return await requests.receive(await requests.send(effect))

    async def _answer(self, effect: Any) -> Any:
        if isinstance(effect, Waiting):
            return await self._queues.run(effect.call)
        if not isinstance(effect, Pushes):
            return await self._store.run_many(effect)
        try:
            await self._broker.lpush(effect.queue_key, *effect.messages)
        except (ValkeyError, OSError):
            _log_unpushed(effect)
        return None


def _log_unpushed(pushes: Pushes) -> None:
    # Accepted is accepted: the records stand, so the reconciler queues them.
    _log.warning(
        "executions accepted, messages not pushed; the reconciler will push them",
        queue_key=pushes.queue_key,
        count=len(pushes.messages),
        exc_info=True,
    )
