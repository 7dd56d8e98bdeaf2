"""Events between publishers and handlers: durable by stream and doorbell, or broadcast."""

from .bridge import Bridge, build_bridge
from .dead_letters import EventLetters
from .drain import Drain, build_drain
from .handlers import Handlers, discover_handlers, on
from .listener import Listener
from .options import MessagingOptions
from .poller import Poller
from .publisher import AsyncPublisher, EventTooLarge, Publisher

__all__ = [
    "AsyncPublisher",
    "Bridge",
    "Drain",
    "EventLetters",
    "EventTooLarge",
    "Handlers",
    "Listener",
    "MessagingOptions",
    "Poller",
    "Publisher",
    "build_bridge",
    "build_drain",
    "discover_handlers",
    "on",
]
