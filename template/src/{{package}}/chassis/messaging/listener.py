"""The push side: doorbells say that a stream has something new, broadcasts bring it along."""

import asyncio
from typing import Any, NoReturn

from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError

from ..contracts import ServiceError, StoreUnavailable
from ..observability import Metrics, describe_error, get_secure_logger
from ..stores import AsyncStore, Keys, each_tenant
from .drain import Drain
from .options import MessagingOptions
from .serving import serve
from .waits import Waits

_log = get_secure_logger(__name__)

# What valkey's untyped subscription hands out: type, channel, data.
Message = dict[str, Any]


class SilentConnection(ServiceError):
    """The subscription gave no sign of life; the other end may be gone without a word."""


class Listener:
    """Serves events within milliseconds. A doorbell that is lost costs time, never an event.

    ``subscriber`` is a client of its own (``stores.connect_subscriber``), closed when ``run`` ends.
    ``is_connected`` says whether the subscription stands.
    """

    def __init__(
        self,
        subscriber: Valkey,
        store: AsyncStore,
        keys: Keys,
        drain: Drain,
        options: MessagingOptions,
        *,
        metrics: Metrics,
    ) -> None:
        self.is_connected = False
        self._subscriber = subscriber
        self._store = store
        self._keys = keys
        self._drain = drain
        self._options = options
        self._metrics = metrics
        self._waits = Waits.of(options)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until ``stop`` is set; handlers that run then get their grace."""
        try:
            await serve(stop, self._listen(), self._drain.run())
        finally:
            self._set_connected(connected=False)
            await self._drain.close()
            await self._subscriber.aclose()

    async def _listen(self) -> NoReturn:
        while True:
            try:
                await self._subscribe()
            except (ValkeyError, OSError, StoreUnavailable, SilentConnection) as error:
                self._set_connected(connected=False)
                self._metrics.record_reconnect()
                _log.warning("listener disconnected", error=describe_error(error))
                await self._waits.wait()

    async def _subscribe(self) -> NoReturn:
        async with self._subscriber.pubsub() as subscription:
            await subscription.psubscribe(self._keys.doorbells, self._keys.broadcasts)
            silent = False
            while True:
                message = await subscription.get_message(timeout=self._options.silence_seconds)
                if message is not None:
                    silent = False
                    await self._hear(message)
                elif silent:
                    raise SilentConnection
                else:
                    silent = True
                    await subscription.ping("listener")

    async def _hear(self, message: Message) -> None:
        match message["type"]:
            case "psubscribe" if message["channel"] == self._keys.broadcasts:
                # The client subscribes again by itself after a lost connection, and is confirmed
                # again: each time something may have been missed.
                await self._catch_up()
                self._waits.reset()
                self._set_connected(connected=True)
                _log.info("listener subscribed")
            case "pmessage":
                self._metrics.record_message()
                self._receive(message)

    def _receive(self, message: Message) -> None:
        tenant = self._keys.tenant_of(message["channel"])
        if tenant is None:
            _log.warning("message on a foreign channel", channel=message["channel"])
        elif message["pattern"] == self._keys.doorbells:
            self._drain.ring(tenant)
        elif not self._drain.broadcast(tenant, message["data"]):
            _log.warning("broadcast dropped: every lane is taken", tenant=tenant)

    async def _catch_up(self) -> None:
        # Subscribed first, drained second: what comes in between rings.
        async for tenant in each_tenant(self._store, self._keys):
            self._drain.ring(tenant)

    def _set_connected(self, *, connected: bool) -> None:
        self.is_connected = connected
        self._metrics.set_listener_connected(connected=connected)
