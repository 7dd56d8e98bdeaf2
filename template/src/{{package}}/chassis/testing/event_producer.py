"""A broker's end in memory, for the bridge's tests: no Pulsar can run in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..messaging.pulsar_bridge import NotConfirmed


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message the broker would keep."""

    topic: str
    content: bytes
    properties: Mapping[str, str]


class InMemoryProducer:
    """Keeps what is sent. ``refuse(n)`` lets the next n sends fail, as a broker in trouble would."""

    def __init__(self) -> None:
        self.sent: list[SentMessage] = []
        self.is_closed = False
        self._refusals = 0

    def refuse(self, count: int) -> None:
        """Confirm none of the next ``count`` messages."""
        self._refusals = count

    async def send(self, topic: str, content: bytes, properties: Mapping[str, str]) -> None:
        """Keep the message, or raise NotConfirmed."""
        if self._refusals:
            self._refusals -= 1
            message = f"refused on topic '{topic}', as the test asked"
            raise NotConfirmed(message)
        self.sent.append(SentMessage(topic, content, dict(properties)))

    async def close(self) -> None:
        """Note that the bridge gave it back."""
        self.is_closed = True
