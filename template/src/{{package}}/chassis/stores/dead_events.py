"""Events that were given up: read, count, replay and forget, each as one script call."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .calls import Call, Reply, load_script
from .keys import Keys, handled_keys

DEAD_EVENTS_MAXIMUM = 10_000


@dataclass(frozen=True, slots=True)
class DeadEvent:
    """An event that was given up: what it held, why, and by which handlers.

    ``handlers`` is empty when no handler ever saw it. ``size`` is the envelope's in bytes; more
    than ``envelope`` holds when it was too large to be kept whole. ``deliveries`` is None in
    letters that an older version buried.
    """

    id: str
    tenant: str
    envelope: str
    size: int
    reason: str
    handlers: tuple[str, ...]
    deliveries: int | None = None

    @property
    def buried_at(self) -> datetime:
        """When it was given up, by the server's clock."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, UTC)


def dead_events(
    keys: Keys, tenant: str, *, after: str = "", count: int = 100
) -> Call[tuple[DeadEvent, ...]]:
    """Read a tenant's dead events, oldest first, those behind the id ``after``."""
    return _read(
        keys, tenant, {"first": f"({after}" if after else "-", "last": "+", "count": count}
    )


def dead_event(keys: Keys, tenant: str, letter_id: str) -> Call[tuple[DeadEvent, ...]]:
    """Read one dead event; an empty tuple when there is none of that id."""
    return _read(keys, tenant, {"first": letter_id, "last": letter_id, "count": 1})


def count_dead_events(keys: Keys, tenant: str) -> Call[int]:
    """How many events of a tenant are dead."""
    key = keys.tenant(tenant).dead_events
    return Call(load_script("dead_events"), (key,), (_json({"count": 0}),), int)


def replay_event(keys: Keys, letter: DeadEvent, event_id: str) -> Call[str]:
    """Put a dead event back, for the handlers that gave it up; for all, when none ever saw it.

    The reply is replayed, missing, or cut (it was not kept whole).
    """
    names = keys.tenant(letter.tenant)
    request = {
        "letter": letter.id,
        "handlers": letter.handlers,
        "doorbell": names.doorbell,
    }
    records = handled_keys(names, event_id, letter.handlers)
    return Call(
        load_script("replay_event"),
        (names.events, names.dead_events, *records),
        (_json(request),),
        lambda reply: str(json.loads(reply)["verdict"]),
    )


def forget_dead_events(keys: Keys, tenant: str, letter_id: str = "") -> Call[int]:
    """Remove one dead event, or all without an id; how many there were."""
    key = keys.tenant(tenant).dead_events
    return Call(load_script("forget_dead_events"), (key,), (_json({"letter": letter_id}),), int)


def _read(keys: Keys, tenant: str, request: dict[str, str | int]) -> Call[tuple[DeadEvent, ...]]:
    return Call(
        load_script("dead_events"),
        (keys.tenant(tenant).dead_events,),
        (_json(request),),
        lambda reply: tuple(_letter(tenant, letter_id, fields) for letter_id, fields in reply),
    )


def _letter(tenant: str, letter_id: str, fields: Reply) -> DeadEvent:
    found: dict[str, str] = dict(zip(fields[::2], fields[1::2], strict=True))
    # Lua writes an empty list as an empty object.
    handlers: Sequence[str] = json.loads(found["handlers"]) or ()
    return DeadEvent(
        id=letter_id,
        tenant=tenant,
        envelope=found["envelope"],
        size=int(found["bytes"]),
        reason=found["reason"],
        handlers=tuple(handlers),
        deliveries=int(found["deliveries"]) if "deliveries" in found else None,
    )


def _json(request: object) -> str:
    return json.dumps(request, separators=(",", ":"))
