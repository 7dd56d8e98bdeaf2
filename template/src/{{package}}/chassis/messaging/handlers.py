"""The `@on` decorator, and the registry of the events and handlers that discovery found."""

import difflib
import inspect
from collections.abc import Awaitable, Callable, Iterable
from types import ModuleType
from typing import Any, get_type_hints

from ..contracts import (
    ConfigurationError,
    DuplicateName,
    Event,
    EventContext,
    Handler,
    discover,
)
from ..contracts.event import E

HandlerFunction = Callable[[E, EventContext], Awaitable[None]]


def on(event: type[E], *, name: str | None = None) -> Callable[[HandlerFunction[E]], Handler[E]]:
    """Make a handler of ``async def function(event, context)``. It runs at least once per event.

    ``name`` defaults to the function's name. It is what a handled event is remembered by, so a
    renamed handler may see the newest events again. Raises ConfigurationError when the signature
    does not fit.
    """

    def decorate(function: HandlerFunction[E]) -> Handler[E]:
        handler_name = name or function.__name__
        _require_signature(handler_name, event, function)
        return Handler(event=event, name=handler_name, function=function)

    return decorate


class Handlers:
    """Every event the service knows, and who handles it. Raises on names given twice.

    ``events`` are known even without a handler: they are no reason for a dead letter.
    """

    def __init__(
        self, handlers: Iterable[Handler[Any]] = (), events: Iterable[type[Event]] = ()
    ) -> None:
        self._handlers = tuple(sorted(handlers, key=lambda each: each.name))
        self._events: dict[str, type[Event]] = {}
        for event in (*events, *(handler.event for handler in self._handlers)):
            self._add_event(event)
        self._require_unique_names()

    @property
    def event_names(self) -> tuple[str, ...]:
        """The wire names of all known events, sorted."""
        return tuple(sorted(self._events))

    @property
    def events(self) -> tuple[type[Event], ...]:
        """The models of all known events."""
        return tuple(self._events.values())

    def event(self, name: str) -> type[Event] | None:
        """The model of an event; None for a name that nobody defines."""
        return self._events.get(name)

    def of(self, name: str) -> tuple[Handler[Any], ...]:
        """The handlers of an event, sorted by name."""
        return tuple(each for each in self._handlers if each.event.wire_name == name)

    def suggestion(self, name: str) -> str:
        """A known name that reads like this one, or an empty text."""
        close = difflib.get_close_matches(name, self._events, n=1)
        return close[0] if close else ""

    def _add_event(self, added: type[Event]) -> None:
        other = self._events.setdefault(added.wire_name, added)
        if other is not added:
            message = (
                f"events {_path(other)} and {_path(added)} are both named '{added.wire_name}'; "
                f"give one of them another name=..."
            )
            raise DuplicateName(message)

    def _require_unique_names(self) -> None:
        for one, other in zip(self._handlers, self._handlers[1:], strict=False):
            if one.name == other.name:
                message = (
                    f"two handlers are named '{one.name}': {_path(one.function)} and "
                    f"{_path(other.function)}; rename one, or give it another name=..."
                )
                raise DuplicateName(message)


def discover_handlers(package: ModuleType) -> Handlers:
    """Find every event and every handler in the modules of a package."""
    found = discover(package, type)
    events = [each for each in found if issubclass(each, Event) and each is not Event]
    # mypy cannot spell "a Handler of any event" as a class object.
    handlers: tuple[Handler[Any], ...] = discover(package, Handler)
    return Handlers(handlers, events)


def _require_signature(name: str, event: type[E], function: HandlerFunction[E]) -> None:
    hints = get_type_hints(function)
    parameters = [hints.get(parameter) for parameter in inspect.signature(function).parameters]
    if parameters != [event, EventContext] or not inspect.iscoroutinefunction(function):
        message = (
            f"handler '{name}' must read: async def {name}(event: {event.__name__}, "
            f"context: EventContext) -> None, with both annotated"
        )
        raise ConfigurationError(message)


def _path(named: Any) -> str:  # a class or a function: all that matters is that it has a name
    return f"{named.__module__}.{named.__qualname__}"
