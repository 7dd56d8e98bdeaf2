"""The tenants' event streams: hand out, take, finish and bury, each as one script call."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..contracts import EventsBacklogged
from .calls import Call, Reply, load_script
from .dead_events import DEAD_EVENTS_MAXIMUM
from .keys import Keys, TenantKeys, handled_keys

# Some milliseconds of the server's time, during which it does nothing else.
REMOVED_MAXIMUM: Final = 10_000
RETRY_AFTER_BACKLOG_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """Times and limits of the streams; the messaging room's options fill them in.

    ``readers`` are the groups that see every event: until each has come and finished, it stays.
    """

    lease: timedelta
    redeliver_after: timedelta
    retention: timedelta
    max_deliveries: int
    event_bytes_maximum: int
    waiting_maximum: int
    readers: tuple[str, ...]
    consumer_forgotten_after: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """One entry as it was handed out. The envelope is empty when ``size`` is above the limit, and
    ``size`` is -1 when the entry has none.

    ``handlers`` names those that a replay is for; an event that is new is for all, and names none.
    """

    id: str
    size: int
    envelope: str
    handlers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamPage:
    """Entries handed out together; ``cursor`` is where a search for unfinished ones goes on.

    ``trimmed`` counts unfinished entries that are gone for ever; nothing of ours removes one.
    """

    cursor: str
    trimmed: int
    entries: tuple[StreamEntry, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one handler is to do about an event.

    ``verdict`` is one of run, handled, busy (another process runs it), exhausted.
    """

    verdict: str
    deliveries: int
    error: str


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """How many events of a tenant are dead, how many some reader has yet to finish, and how many
    that all have finished were removed.
    """

    dead: int
    waiting: int
    removed: int = 0


class EventStream:
    """Makes the calls of one consumer group."""

    def __init__(self, keys: Keys, options: StreamOptions, group: str) -> None:
        self.keys = keys
        self.options = options
        self.group = group

    def fetch_new(self, tenant: str, consumer: str, count: int) -> Call[StreamPage]:
        """Hand out events that no consumer has seen."""
        return self._fetch(tenant, {"consumer": consumer, "count": count})

    def fetch_unfinished(
        self, tenant: str, consumer: str, count: int, cursor: str = "0-0"
    ) -> Call[StreamPage]:
        """Take over events that some consumer took and, for ``redeliver_after``, did not finish."""
        idle_ms = _milliseconds(self.options.redeliver_after)
        return self._fetch(
            tenant, {"consumer": consumer, "count": count, "cursor": cursor, "idle_ms": idle_ms}
        )

    def take(
        self, tenant: str, event_id: str, handlers: Sequence[str], token: str
    ) -> Call[tuple[Taken, ...]]:
        """Lease an event to each of its handlers that still has to run."""
        request = {
            "token": token,
            "lease_ms": _milliseconds(self.options.lease),
            "retention_ms": _milliseconds(self.options.retention),
            "max_deliveries": self.options.max_deliveries,
        }
        records = handled_keys(self.keys.tenant(tenant), event_id, handlers)
        return Call(load_script("take_event"), records, (_json(request),), _taken)

    def finish(
        self,
        tenant: str,
        event_id: str,
        token: str,
        errors: Mapping[str, str],
        acknowledged: Sequence[str] = (),
    ) -> Call[None]:
        """Write down how handlers ended (empty text for success), and take entries off the list."""
        names = self.keys.tenant(tenant)
        request = {
            "group": self.group,
            "token": token,
            "errors": list(errors.values()),
            "acknowledged": acknowledged,
        }
        keys = (names.events, *handled_keys(names, event_id, tuple(errors)))
        return Call(load_script("finish_event"), keys, (_json(request),), _nothing)

    def acknowledge(self, tenant: str, entries: Sequence[str]) -> Call[None]:
        """Take entries off the group's list."""
        return self.finish(tenant, "", "", {}, entries)

    def bury(
        self, tenant: str, entry: str, reason: str, handlers: Sequence[str] = ()
    ) -> Call[None]:
        """Move an entry to the dead events. A resend changes nothing."""
        names = self.keys.tenant(tenant)
        request = {
            "group": self.group,
            "entry": entry,
            "reason": reason,
            "handlers": handlers,
            "bytes_maximum": self.options.event_bytes_maximum,
            "maximum": DEAD_EVENTS_MAXIMUM,
        }
        keys = (names.events, names.dead_events)
        return Call(load_script("bury_event"), keys, (_json(request),), _nothing)

    def tidy(self, tenant: str) -> Call[StreamCounts]:
        """Remove the names of processes that are long gone, and up to REMOVED_MAXIMUM events that
        every group has finished, and count.
        """
        request = {
            "readers": self.options.readers,
            "idle_ms": _milliseconds(self.options.consumer_forgotten_after),
            "page": REMOVED_MAXIMUM,
        }
        names = self.keys.tenant(tenant)
        keys = (names.events, names.dead_events)
        return Call(
            load_script("tidy_events"), keys, (_json(request),), lambda reply: StreamCounts(*reply)
        )

    def _fetch(self, tenant: str, request: dict[str, str | int]) -> Call[StreamPage]:
        request |= {"group": self.group, "bytes_maximum": self.options.event_bytes_maximum}
        keys = (self.keys.tenant(tenant).events,)
        return Call(load_script("fetch_events"), keys, (_json(request),), _page)


def publish_events(
    tenant: TenantKeys, envelopes: Sequence[str], options: StreamOptions
) -> Call[None]:
    """Append durable events to a tenant's stream and ring its doorbell, in one step.

    Raises EventsBacklogged when more would wait than ``options.waiting_maximum``.
    """
    request = {
        "events": envelopes,
        "doorbell": tenant.doorbell,
        "readers": options.readers,
        "waiting_maximum": options.waiting_maximum,
    }
    return Call(
        load_script("publish"),
        (tenant.events,),
        (_json(request),),
        lambda reply: _require_published(reply, options.waiting_maximum),
    )


def broadcast_events(tenant: TenantKeys, envelopes: Sequence[str]) -> Call[None]:
    """Publish broadcast events: they reach whoever listens now, and nobody later."""
    request = {"events": envelopes, "channel": tenant.broadcast}
    return Call(load_script("broadcast"), (tenant.events,), (_json(request),), _nothing)


def _page(reply: Reply) -> StreamPage:
    cursor, trimmed, entries = reply
    return StreamPage(cursor, trimmed, tuple(_entry(*entry) for entry in entries))


def _entry(entry_id: str, size: int, envelope: str, handlers: Sequence[str]) -> StreamEntry:
    return StreamEntry(entry_id, size, envelope, tuple(handlers))


def _require_published(reply: Reply, maximum: int) -> None:
    answer = json.loads(reply)
    if answer["verdict"] == "refused":
        message = (
            f"{answer['waiting']} events of this tenant wait to be handled and {maximum} may "
            f"(MESSAGING_WAITING_EVENTS_MAXIMUM); nothing was published, so try again later"
        )
        raise EventsBacklogged(message, retry_after_seconds=RETRY_AFTER_BACKLOG_SECONDS)


def _taken(reply: Reply) -> tuple[Taken, ...]:
    return tuple(Taken(*answer) for answer in reply)


def _nothing(_: Reply) -> None:
    """Some calls have no answer but that they happened."""


def _milliseconds(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)


def _json(request: object) -> str:
    return json.dumps(request, separators=(",", ":"))
