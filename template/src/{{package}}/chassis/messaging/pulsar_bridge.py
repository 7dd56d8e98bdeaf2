"""Carries durable events from each tenant's stream to a Pulsar topic, by a group of its own."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Mapping
from typing import Final, NoReturn, Protocol

import pulsar
import pulsar.asyncio
from pydantic import ValidationError
from valkey.exceptions import ValkeyError

from ..contracts import EventEnvelope, ServiceError, StoreUnavailable
from ..observability import describe_error, get_secure_logger
from ..stores import AsyncStore, Call, EventStream, Keys, StreamEntry, StreamPage, each_tenant
from .drain import consumer_name
from .options import BRIDGE_GROUP, MessagingOptions, stream_options
from .serving import serve
from .waits import Chance, jittered

_log = get_secure_logger(__name__)

PAGE_SIZE: Final = 100
_BEGINNING: Final = "0-0"


class NotConfirmed(ServiceError):
    """The broker did not confirm that it keeps the event."""


class EventProducer(Protocol):
    """The seam to the broker. Tests put a producer in memory here; no broker runs in them."""

    async def send(self, topic: str, content: bytes, properties: Mapping[str, str]) -> None:
        """Return once the broker has confirmed. Raises NotConfirmed."""

    async def close(self) -> None:
        """Give the connection back."""


class PulsarBridge:
    """Acknowledges an event after the broker has confirmed it: at least once, each page in order.

    Consumers there recognise a duplicate by the property `event_id`. What no envelope can be read
    from is left out: the service's own handlers make a dead letter of it.
    """

    def __init__(
        self,
        store: AsyncStore,
        keys: Keys,
        producer: EventProducer,
        options: MessagingOptions,
        *,
        chance: Chance = random.random,
    ) -> None:
        self._store = store
        self._chance = chance
        self._keys = keys
        self._producer = producer
        self._options = options
        self._stream = EventStream(keys, stream_options(options), BRIDGE_GROUP)
        self._consumer = consumer_name("bridge")

    async def run(self, stop: asyncio.Event) -> None:
        """Carry events until ``stop`` is set."""
        try:
            await serve(stop, self._forward())
        finally:
            await self._producer.close()

    async def _forward(self) -> NoReturn:
        while True:
            try:
                async for tenant in each_tenant(self._store, self._keys):
                    await self._carry(tenant)
            except (StoreUnavailable, ValkeyError) as error:
                _log.warning("bridge cannot read; it tries again", error=describe_error(error))
            await asyncio.sleep(jittered(self._options.poll_interval_seconds, self._chance()))

    async def _carry(self, tenant: str) -> None:
        try:
            async for page in self._pages(tenant):
                await self._send(tenant, page)
        except NotConfirmed as error:
            # What is not confirmed is not acknowledged, and comes again.
            _log.error("bridge cannot send", tenant=tenant, error=describe_error(error))
        except ValkeyError as error:
            # This tenant's stream is broken (another type, no permission); others wait behind it.
            _log.error("bridge cannot read", tenant=tenant, error=describe_error(error))

    async def _pages(self, tenant: str) -> AsyncIterator[StreamPage]:
        """What an earlier try left, then what is new, until there is no more."""
        page = await self._store.run(self._unfinished(tenant, _BEGINNING))
        yield page
        while page.cursor != _BEGINNING:
            page = await self._store.run(self._unfinished(tenant, page.cursor))
            yield page
        new = self._stream.fetch_new(tenant, self._consumer, PAGE_SIZE)
        while (page := await self._store.run(new)).entries:
            yield page

    def _unfinished(self, tenant: str, cursor: str) -> Call[StreamPage]:
        return self._stream.fetch_unfinished(tenant, self._consumer, PAGE_SIZE, cursor)

    async def _send(self, tenant: str, page: StreamPage) -> None:
        """Send a page, acknowledge what was confirmed. Raises the first NotConfirmed."""
        ended = await asyncio.gather(
            *(self._send_one(tenant, entry) for entry in page.entries), return_exceptions=True
        )
        ends = zip(page.entries, ended, strict=True)
        if confirmed := [entry.id for entry, error in ends if error is None]:
            await self._store.run(self._stream.acknowledge(tenant, confirmed))
        for error in ended:
            if error is not None:
                raise error

    async def _send_one(self, tenant: str, entry: StreamEntry) -> None:
        if entry.handlers:
            return  # a replay for handlers of the service; the event itself was carried before
        try:
            envelope = EventEnvelope.model_validate_json(entry.envelope)
        except ValidationError:
            return
        properties = {
            "event": envelope.name,
            "event_id": envelope.id,
            "tenant": tenant,
            "correlation_id": envelope.correlation_id,
        }
        topic = self._options.pulsar_topic.replace("{tenant}", tenant)
        await self._producer.send(topic, entry.envelope.encode(), properties)


class PulsarProducer:
    """The real producer: one client, and one of Pulsar's producers per topic."""

    def __init__(self, client: pulsar.asyncio.Client, send_timeout_seconds: float) -> None:
        self._client = client
        self._send_timeout_millis = round(send_timeout_seconds * 1000)
        # Bounded by the tenants, each of which has one topic.
        self._producers: dict[str, asyncio.Task[pulsar.asyncio.Producer]] = {}

    async def send(self, topic: str, content: bytes, properties: Mapping[str, str]) -> None:
        """Send one message and wait for the broker's confirmation. Raises NotConfirmed."""
        try:
            producer = await self._producer(topic)
            await producer.send(content, properties=dict(properties))
        except pulsar.asyncio.PulsarException as error:
            message = f"Pulsar does not confirm on topic '{topic}': {error}"
            raise NotConfirmed(message) from error

    async def close(self) -> None:
        """Close the client and all its producers."""
        await self._client.close()

    async def _producer(self, topic: str) -> pulsar.asyncio.Producer:
        # A task, so that the messages of a page, sent side by side, wait for one and the same.
        if topic not in self._producers:
            self._producers[topic] = asyncio.create_task(self._open(topic))
        try:
            return await asyncio.shield(self._producers[topic])
        except pulsar.asyncio.PulsarException:
            self._producers.pop(topic, None)
            raise

    async def _open(self, topic: str) -> pulsar.asyncio.Producer:
        return await self._client.create_producer(
            topic, send_timeout_millis=self._send_timeout_millis
        )


def build(store: AsyncStore, keys: Keys, options: MessagingOptions) -> PulsarBridge:
    """The bridge to the Pulsar that the options name. Connects with the first event."""
    url, token = options.pulsar_url, options.pulsar_token
    client = pulsar.asyncio.Client(
        url.get_secret_value() if url else "",
        authentication=pulsar.AuthenticationToken(token.get_secret_value()) if token else None,
        operation_timeout_seconds=max(1, round(options.handler_timeout_seconds)),
        logger=logging.getLogger("pulsar"),
    )
    producer = PulsarProducer(client, options.handler_timeout_seconds)
    return PulsarBridge(store, keys, producer, options)
