"""Gives one event to its handlers, remembers who has handled it, and gives up in the end."""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final, assert_never

from ..contracts import EventContext, Handler, Sections
from ..observability import (
    Metrics,
    Tracing,
    accept_correlation_id,
    bind_context,
    describe_error,
    get_secure_logger,
)
from ..stores import AsyncStore, EventStream, StreamEntry, Taken
from .conclusion import conclude, in_words
from .handlers import Handlers
from .opening import Opened, Refused, open_envelope, refuse_size
from .options import MessagingOptions

_log = get_secure_logger(__name__)
ERROR_LENGTH_MAXIMUM: Final = 500

# A replay names a handler that was renamed or removed since; it becomes a dead letter again.
GONE: Final = Taken("exhausted", 0, "no handler of this event has that name any more")


class Dispatcher:
    """The one way from an entry to its handlers, for listener and poller alike."""

    def __init__(
        self,
        store: AsyncStore,
        stream: EventStream,
        handlers: Handlers,
        options: MessagingOptions,
        *,
        metrics: Metrics,
        tracing: Tracing,
        sections: Sections | None = None,
        new_token: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._store = store
        self._stream = stream
        self._handlers = handlers
        self._options = options
        self._metrics = metrics
        self._tracing = tracing
        self._sections = sections or {}
        self._new_token = new_token

    async def deliver(self, tenant: str, entry: StreamEntry) -> None:
        """Hand out one durable event. It stays pending, to be tried again, unless all is settled.

        Raises StoreUnavailable when the outcome could not be written down.
        """
        match self._open(tenant, entry):
            case Refused() as refused:
                await self._refuse(tenant, entry, refused)
            case Opened() as opened:
                with _context_of(opened):
                    await self._handle(entry, opened)
            case unexpected:
                assert_never(unexpected)

    async def broadcast(self, tenant: str, text: str) -> None:
        """Hand out one broadcast event: best effort, so neither remembered nor tried again."""
        match open_envelope(text, tenant, self._handlers):
            case Refused(reason, name):
                self._metrics.record_delivery(name, "malformed")
                _log.warning("broadcast refused", tenant=tenant, reason=reason)
            case Opened() as opened:
                turns = {each.name: Taken("run", 1, "") for each in opened.handlers}
                with _context_of(opened):
                    await self._run(opened, turns)
            case unexpected:
                assert_never(unexpected)

    def _open(self, tenant: str, entry: StreamEntry) -> Opened | Refused:
        maximum = self._options.event_bytes_maximum
        if not 0 <= entry.size <= maximum:
            return refuse_size(entry.size, maximum)
        return open_envelope(entry.envelope, tenant, self._handlers)

    async def _refuse(self, tenant: str, entry: StreamEntry, refused: Refused) -> None:
        burial = self._stream.bury(tenant, entry.id, refused.reason, entry.handlers)
        await self._store.run(burial)
        self._metrics.record_delivery(refused.name, "malformed")
        _log.error("event is a dead letter", tenant=tenant, entry=entry.id, reason=refused.reason)

    async def _handle(self, entry: StreamEntry, opened: Opened) -> None:
        tenant, event_id = opened.envelope.tenant, opened.envelope.id
        if not (opened.handlers or entry.handlers):
            await self._store.run(self._stream.acknowledge(tenant, [entry.id]))
            return
        token = self._new_token()
        turns = await self._take(entry, opened, token)
        errors = await self._run(opened, turns)
        ending = conclude(turns, errors, self._options.max_deliveries)
        if errors or ending.acknowledge:
            done = (entry.id,) if ending.acknowledge else ()
            await self._store.run(self._stream.finish(tenant, event_id, token, errors, done))
        if ending.dead:
            await self._give_up(entry.id, opened, ending.dead)

    async def _take(self, entry: StreamEntry, opened: Opened, token: str) -> dict[str, Taken]:
        """What each handler is to do: all, or those that a replay names."""
        known = [each.name for each in opened.handlers]
        names = [name for name in known if name in (entry.handlers or known)]
        turns = {name: GONE for name in entry.handlers if name not in known}
        if names:
            envelope = opened.envelope
            call = self._stream.take(envelope.tenant, envelope.id, names, token)
            answers = await self._store.run(call)
            turns |= zip(names, answers, strict=True)
        return turns

    async def _run(self, opened: Opened, turns: Mapping[str, Taken]) -> dict[str, str]:
        """Run the handlers whose turn it is, side by side; returns their errors, empty if none."""
        due = [
            each
            for each in opened.handlers
            if (turn := turns.get(each.name)) is not None and turn.verdict == "run"
        ]
        for turn in turns.values():
            if turn.verdict in ("handled", "busy"):
                self._metrics.record_delivery(opened.envelope.name, "duplicate")
        ended = await asyncio.gather(
            *(self._run_one(each, opened, turns[each.name].deliveries) for each in due)
        )
        return {handler.name: error for handler, error in zip(due, ended, strict=True)}

    async def _run_one(self, handler: Handler[Any], opened: Opened, delivery: int) -> str:
        envelope = opened.envelope
        context = EventContext(
            envelope.id, envelope.tenant, opened.correlation_id, delivery, self._sections
        )
        span = self._tracing.span(
            f"handle {envelope.name}",
            "consumer",
            traceparent=envelope.traceparent,
            handler=handler.name,
            delivery=delivery,
        )
        with span as current:
            limit = asyncio.timeout(self._options.handler_timeout_seconds)
            try:
                async with limit:
                    await handler.function(opened.event, context)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - all it raises is its outcome
                current.record_failure(error)
                described = self._overrun if limit.expired() else describe_error(error)
                return self._failed(handler.name, envelope.name, delivery, described)
        self._metrics.record_delivery(envelope.name, "handled")
        return ""

    @property
    def _overrun(self) -> str:
        return f"took longer than {self._options.handler_timeout_seconds:g} s"

    def _failed(self, handler: str, event: str, delivery: int, described: str) -> str:
        self._metrics.record_delivery(event, "failed")
        _log.warning(
            "handler failed",
            handler=handler,
            delivery=delivery,
            max_deliveries=self._options.max_deliveries,
            error=described,
        )
        return _storable(described)

    async def _give_up(self, entry: str, opened: Opened, dead: Mapping[str, str]) -> None:
        envelope = opened.envelope
        reason = in_words(dead, self._options.max_deliveries)
        await self._store.run(self._stream.bury(envelope.tenant, entry, reason, tuple(dead)))
        for _ in dead:
            self._metrics.record_delivery(envelope.name, "dead")
        _log.error("event is a dead letter", reason=reason, handlers=sorted(dead))


def _context_of(opened: Opened) -> AbstractContextManager[None]:
    envelope = opened.envelope
    return bind_context(
        correlation_id=opened.correlation_id,
        execution_id=accept_correlation_id(envelope.execution_id),
        tenant=envelope.tenant,
        event=envelope.name,
        event_id=envelope.id,
    )


def _storable(text: str) -> str:
    """Short, and without halves of characters, which the scripts' JSON cannot carry."""
    return text.encode("utf-8", "replace").decode()[:ERROR_LENGTH_MAXIMUM]
