"""Reads tenants' streams when told to, and sends what it finds to the dispatcher."""

import asyncio
import os
import secrets
import socket
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from valkey.exceptions import ValkeyError

from ..contracts import Sections, StoreUnavailable
from ..observability import (
    Metrics,
    PassThroughTracing,
    Tracing,
    describe_error,
    get_secure_logger,
)
from ..stores import AsyncStore, Call, EventStream, Keys, StreamPage
from .dispatch import Dispatcher
from .handlers import Handlers
from .lanes import Lanes
from .options import HANDLERS_GROUP, MessagingOptions, stream_options
from .waits import Waits

_log = get_secure_logger(__name__)

_BEGINNING = "0-0"


@dataclass(frozen=True, slots=True)
class _Visit:
    """One look into a tenant's stream: for new events or, with a cursor, for unfinished ones."""

    tenant: str
    cursor: str = ""


class Drain:
    """What listener and poller share: they only differ in when they ring.

    Tenants take turns, page by page, so that none waits for the end of another's backlog.
    """

    def __init__(
        self,
        store: AsyncStore,
        stream: EventStream,
        dispatcher: Dispatcher,
        options: MessagingOptions,
        *,
        consumer: str,
    ) -> None:
        self._store = store
        self._stream = stream
        self._dispatcher = dispatcher
        self._options = options
        self._consumer = consumer
        self._lanes = Lanes(options.handler_concurrency)
        # Bounded by the tenants: a visit that is queued already is not queued again.
        self._visits: asyncio.Queue[_Visit] = asyncio.Queue()
        self._queued: set[_Visit] = set()

    def ring(self, tenant: str) -> None:
        """Look for new events of this tenant."""
        self._queue(_Visit(tenant))

    def search(self, tenant: str) -> None:
        """Look for events of this tenant that somebody took and left unfinished."""
        self._queue(_Visit(tenant, _BEGINNING))

    def broadcast(self, tenant: str, text: str) -> bool:
        """Dispatch a broadcast event at once; False when every lane is taken, and it is dropped."""
        if not self._lanes.free:
            return False
        self._lanes.start(partial(self._dispatcher.broadcast, tenant, text))
        return True

    async def run(self) -> NoReturn:
        """Make the visits that were asked for, one at a time, until cancelled."""
        waits = Waits.of(self._options)
        while True:
            visit = await self._visits.get()
            self._queued.discard(visit)
            try:
                await self._visit(visit)
                waits.reset()
            except StoreUnavailable as error:
                self._queue(visit)
                _log.warning("streams cannot be read", error=describe_error(error))
                await waits.wait()
            except ValkeyError as error:
                # This tenant's stream is broken (another type, no permission); others are not.
                _log.error(
                    "stream cannot be read", tenant=visit.tenant, error=describe_error(error)
                )
            finally:
                self._visits.task_done()

    async def emptied(self) -> None:
        """Wait until every visit asked for is made; the last handlers may still be running."""
        await self._visits.join()

    async def close(self) -> None:
        """Give running handlers their grace."""
        await self._lanes.close(self._options.grace_seconds)

    async def _visit(self, visit: _Visit) -> None:
        room = await self._lanes.room()
        page = await self._store.run(self._fetch(visit, room))
        for entry in page.entries:
            self._lanes.start(partial(self._dispatcher.deliver, visit.tenant, entry))
        if page.trimmed:
            # Nothing of ours removes an unfinished event.
            _log.error(
                "events lost: somebody trimmed the stream",
                tenant=visit.tenant,
                count=page.trimmed,
            )
        if visit.cursor and page.cursor != _BEGINNING:
            self._queue(_Visit(visit.tenant, page.cursor))
        elif not visit.cursor and len(page.entries) == room:
            self._queue(visit)

    def _fetch(self, visit: _Visit, room: int) -> Call[StreamPage]:
        if visit.cursor:
            return self._stream.fetch_unfinished(visit.tenant, self._consumer, room, visit.cursor)
        return self._stream.fetch_new(visit.tenant, self._consumer, room)

    def _queue(self, visit: _Visit) -> None:
        if visit not in self._queued:
            self._queued.add(visit)
            self._visits.put_nowait(visit)


def build_drain(
    store: AsyncStore,
    keys: Keys,
    handlers: Handlers,
    options: MessagingOptions,
    *,
    metrics: Metrics,
    role: str,
    tracing: Tracing | None = None,
    sections: Sections | None = None,
) -> Drain:
    """Everything from the stream to the handlers, for one process in its ``role``."""
    stream = handlers_stream(keys, options)
    dispatcher = Dispatcher(
        store,
        stream,
        handlers,
        options,
        metrics=metrics,
        tracing=tracing or PassThroughTracing(),
        sections=sections,
    )
    return Drain(store, stream, dispatcher, options, consumer=consumer_name(role))


def handlers_stream(keys: Keys, options: MessagingOptions) -> EventStream:
    """The streams as the service's own handlers see them."""
    return EventStream(keys, stream_options(options), HANDLERS_GROUP)


def consumer_name(role: str) -> str:
    """A name that no other process has, now or later: whoever holds an event can be told."""
    return f"{role}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
