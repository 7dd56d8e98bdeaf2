"""Seals the events of a delivery, so that a resent or repeated one publishes the same ids."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..contracts import Delivery, Event, TaskFailed, seal
from .running import Running


@dataclass(frozen=True, slots=True)
class Sealed:
    """Envelopes as JSON: durable ones are settled with the result, broadcast ones follow it."""

    durable: tuple[str, ...] = ()
    broadcast: tuple[str, ...] = ()


def seal_outbox(running: Running, events: Sequence[Event], bytes_maximum: int) -> Sealed:
    """Seal a successful attempt's events; the place in the outbox makes the id.

    Raises TaskFailed for one that is too large: its handlers would refuse it.
    """
    envelopes = [
        (event.delivery, _sealed(running, event, place, bytes_maximum))
        for place, event in enumerate(events)
    ]
    return Sealed(
        durable=tuple(text for delivery, text in envelopes if delivery is Delivery.DURABLE),
        broadcast=tuple(text for delivery, text in envelopes if delivery is Delivery.BROADCAST),
    )


def _sealed(running: Running, event: Event, place: int, bytes_maximum: int) -> str:
    begun = running.begun
    text = seal(
        event,
        event_id=f"{begun.execution_id}-{place}",
        tenant=running.tenant,
        correlation_id=begun.correlation_id,
        execution_id=begun.execution_id,
        traceparent=begun.traceparent,
    ).model_dump_json()
    size = len(text.encode())
    if size > bytes_maximum:
        message = (
            f"'{running.task.name}' emitted an event '{event.wire_name}' of {size} bytes; at most "
            f"{bytes_maximum} are published. Emit a reference to what is large, or raise "
            f"MESSAGING_EVENT_BYTES_MAXIMUM"
        )
        raise TaskFailed(message)
    return text
