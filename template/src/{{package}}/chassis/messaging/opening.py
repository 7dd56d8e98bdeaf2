"""Opens what came out of a stream or channel: an event for its handlers, or the reason why not."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from ..contracts import Event, EventEnvelope, Handler
from ..contracts.event import EVENT_ID_PATTERN
from ..observability import accept_correlation_id, redact_text
from .handlers import Handlers

_PROBLEMS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Opened:
    """An event that can be handled, and by whom."""

    envelope: EventEnvelope
    event: Event
    handlers: tuple[Handler[Any], ...]

    @property
    def correlation_id(self) -> str:
        """The envelope's, if it has the form of one."""
        return accept_correlation_id(self.envelope.correlation_id) or ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that cannot be handled; ``name`` is a known event's, or `unknown`."""

    reason: str
    name: str = "unknown"


def open_envelope(text: str, tenant: str, handlers: Handlers) -> Opened | Refused:
    """Read an envelope that was found at ``tenant``. Reasons never repeat what it holds."""
    try:
        envelope = EventEnvelope.model_validate_json(text)
    except ValidationError as error:
        return Refused(f"unreadable envelope: {_problems(error)}")
    model = handlers.event(envelope.name)
    if model is None:
        return Refused(_unknown(envelope.name, handlers))
    if envelope.tenant != tenant:
        # What it claims is not repeated: it may be the name of another tenant.
        reason = f"wrong tenant: the envelope names another one than '{tenant}', where it was found"
        return Refused(reason, model.wire_name)
    if not EVENT_ID_PATTERN.fullmatch(envelope.id):
        return Refused(f"bad event id: it must match {EVENT_ID_PATTERN.pattern}", model.wire_name)
    try:
        event = model.model_validate_json(envelope.payload)
    except ValidationError as error:
        return Refused(f"payload is no {model.__name__}: {_problems(error)}", model.wire_name)
    return Opened(envelope, event, handlers.of(model.wire_name))


def refuse_size(size: int, maximum: int) -> Refused:
    """Why an entry came without its envelope."""
    if size < 0:
        return Refused("unreadable entry: it has no field 'envelope'")
    return Refused(
        f"too large: {size} bytes and {maximum} are allowed (MESSAGING_EVENT_BYTES_MAXIMUM)"
    )


def _unknown(name: str, handlers: Handlers) -> str:
    suggestion = handlers.suggestion(name)
    hint = f"; did you mean '{suggestion}'?" if suggestion else ""
    shown = redact_text(name)[:100]
    return f"unknown event {shown!r}: no module in events/ defines it{hint}"


def _problems(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [_problem(each["loc"], each["msg"]) for each in found[:_PROBLEMS_SHOWN]]
    if len(found) > _PROBLEMS_SHOWN:
        shown.append(f"{len(found) - _PROBLEMS_SHOWN} more")
    return "; ".join(shown)


def _problem(location: tuple[int | str, ...], message: str) -> str:
    path = ".".join(str(part) for part in location)
    return redact_text(f"{path}: {message}" if path else message)
