"""Publishes events: durable ones to the tenant's stream, broadcast ones to whoever listens."""

import uuid
from collections.abc import Callable

from ..contracts import Delivery, Event, EventEnvelope, ServiceError, seal
from ..contracts.event import EVENT_ID_PATTERN
from ..contracts.principal import TENANT_PATTERN
from ..observability import PassThroughTracing, Tracing, current_correlation_id
from ..stores import (
    AsyncStore,
    Call,
    Keys,
    Store,
    broadcast_events,
    publish_events,
    register_tenant,
)
from .options import MessagingOptions, stream_options

NewId = Callable[[], str]

# A process that publishes for more tenants than this registers some of them again.
KNOWN_TENANTS_MAXIMUM = 10_000


class EventTooLarge(ServiceError):
    """The event is larger than MESSAGING_EVENT_BYTES_MAXIMUM."""


class Publisher:
    """Publishes from sync code. Task bodies call ``context.emit`` instead: it commits with them."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        options: MessagingOptions,
        *,
        tracing: Tracing | None = None,
        new_id: NewId | None = None,
    ) -> None:
        self._store = store
        self._desk = _Desk(keys, options, tracing, new_id)

    def publish(
        self,
        event: Event,
        *,
        tenant: str,
        correlation_id: str | None = None,
        event_id: str | None = None,
    ) -> str:
        """Publish one event and return its id. Without a correlation id it takes the current one.

        Give the same ``event_id`` to publish again what may or may not have arrived: handlers
        recognise it. Raises EventTooLarge, EventsBacklogged when too many wait already, and
        StoreUnavailable when Valkey does not answer.
        """
        envelope = self._desk.envelope(event, tenant, correlation_id, event_id)
        for call in self._desk.calls(event, envelope):
            self._store.run(call)
        self._desk.remember(tenant)
        return envelope.id


class AsyncPublisher:
    """Publishes from async code: endpoints and handlers."""

    def __init__(
        self,
        store: AsyncStore,
        keys: Keys,
        options: MessagingOptions,
        *,
        tracing: Tracing | None = None,
        new_id: NewId | None = None,
    ) -> None:
        self._store = store
        self._desk = _Desk(keys, options, tracing, new_id)

    async def publish(
        self,
        event: Event,
        *,
        tenant: str,
        correlation_id: str | None = None,
        event_id: str | None = None,
    ) -> str:
        """Publish one event and return its id, as ``Publisher.publish`` does."""
        envelope = self._desk.envelope(event, tenant, correlation_id, event_id)
        for call in self._desk.calls(event, envelope):
            await self._store.run(call)
        self._desk.remember(tenant)
        return envelope.id


class _Desk:
    """Makes envelopes and calls for both publishers, and sends nothing itself."""

    def __init__(
        self,
        keys: Keys,
        options: MessagingOptions,
        tracing: Tracing | None,
        new_id: NewId | None,
    ) -> None:
        self._keys = keys
        self._options = stream_options(options)
        self._tracing = tracing or PassThroughTracing()
        self._new_id = new_id or (lambda: uuid.uuid4().hex)
        self._known_tenants: set[str] = set()

    def envelope(
        self, event: Event, tenant: str, correlation_id: str | None, event_id: str | None
    ) -> EventEnvelope:
        if not TENANT_PATTERN.fullmatch(tenant):
            message = f"tenant {tenant!r} is refused: it must match {TENANT_PATTERN.pattern}"
            raise ValueError(message)
        event_id = event_id or self._new_id()
        if not EVENT_ID_PATTERN.fullmatch(event_id):
            # Published, it would only become a dead letter.
            message = f"event id {event_id!r} is refused: it must match {EVENT_ID_PATTERN.pattern}"
            raise ValueError(message)
        return seal(
            event,
            event_id=event_id,
            tenant=tenant,
            correlation_id=current_correlation_id() if correlation_id is None else correlation_id,
            traceparent=self._tracing.traceparent(),
        )

    def calls(self, event: Event, envelope: EventEnvelope) -> tuple[Call[None], ...]:
        text = envelope.model_dump_json()
        self._require_size(event, len(text.encode()))
        names = self._keys.tenant(envelope.tenant)
        if event.delivery is Delivery.BROADCAST:
            return (broadcast_events(names, [text]),)
        publication = publish_events(names, [text], self._options)
        if envelope.tenant in self._known_tenants:
            return (publication,)
        return (register_tenant(self._keys, envelope.tenant), publication)

    def remember(self, tenant: str) -> None:
        if len(self._known_tenants) >= KNOWN_TENANTS_MAXIMUM:
            self._known_tenants.clear()
        self._known_tenants.add(tenant)

    def _require_size(self, event: Event, size: int) -> None:
        maximum = self._options.event_bytes_maximum
        if size > maximum:
            message = (
                f"event '{event.wire_name}' has {size} bytes and {maximum} are allowed; publish a "
                f"reference to what is large, or raise MESSAGING_EVENT_BYTES_MAXIMUM"
            )
            raise EventTooLarge(message)
