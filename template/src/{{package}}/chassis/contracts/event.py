"""What an event is: a past-tense fact, published by a tenant, received by handlers."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from .settings import S, Sections, section_of

# The id becomes part of a key and of log lines.
EVENT_ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


class Delivery(StrEnum):
    """What the publisher promises.

    Durable events are written to the tenant's stream and reach every handler at least once.
    Broadcast events reach whoever listens at that moment: best effort, and only that.
    """

    DURABLE = "durable"
    BROADCAST = "broadcast"


class Event(BaseModel):
    """Base of every event. ``class InvoiceSent(Event, name="invoice_sent")`` sets its wire name."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    wire_name: ClassVar[str]
    delivery: ClassVar[Delivery] = Delivery.DURABLE

    def __init_subclass__(
        cls, *, name: str, delivery: Delivery = Delivery.DURABLE, **kwargs: Any
    ) -> None:
        # Explicit wire names: moving or renaming the class never orphans what is in the stream.
        super().__init_subclass__(**kwargs)
        cls.wire_name = name
        cls.delivery = delivery


class EventEnvelope(BaseModel):
    """An event on its way: what happened, to whom, and what caused it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    tenant: str
    payload: str
    correlation_id: str = ""
    execution_id: str = ""
    traceparent: str = ""


def seal(
    event: Event,
    *,
    event_id: str,
    tenant: str,
    correlation_id: str = "",
    execution_id: str = "",
    traceparent: str = "",
) -> EventEnvelope:
    """Put an event into its envelope; the id is what handlers deduplicate by."""
    return EventEnvelope(
        id=event_id,
        name=event.wire_name,
        tenant=tenant,
        payload=event.model_dump_json(),
        correlation_id=correlation_id,
        execution_id=execution_id,
        traceparent=traceparent,
    )


@dataclass(frozen=True, slots=True)
class EventContext:
    """What a handler knows about the event it handles; ``delivery`` starts at 1."""

    event_id: str
    tenant: str
    correlation_id: str
    delivery: int = 1
    sections: Sections = field(default_factory=dict)

    def settings(self, model: type[S]) -> S:
        """The team's settings of one section, as read at start-up."""
        return section_of(self.sections, model)


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Handler(Generic[E]):
    """One function that reacts to one event, as the ``on`` decorator collected it."""

    event: type[E]
    name: str
    function: Callable[[E, EventContext], Awaitable[None]]
