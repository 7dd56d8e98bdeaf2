"""A channel that knows what it holds of the broker's messages, and brings each back."""

from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

from kombu.transport import redis as stock
from kombu.transport import virtual
from kombu.utils.json import dumps, loads
from redis.exceptions import RedisError

from ...observability import describe_error, get_secure_logger
from ..options import RENEWALS_PER_LEASE
from .lean_channel import LeanChannel
from .lease_renewal import LeaseRenewal
from .unacked import PAGE, End, Restored, Unacked

PAGES_PER_ROUND: Final = 10

_log = get_secure_logger(__name__)


# The list that a message came from, and the message.
Held = tuple[str, dict[str, Any]]


class QoS(stock.QoS):  # type: ignore[misc]  # kombu is published without types
    """Keeps the prefetch window; the channel keeps the broker's book."""

    @property
    def outstanding(self) -> int:
        """How many messages are handed out and not done with."""
        return len(self._delivered) - len(self._dirty)

    def append(self, message: Any, delivery_tag: str) -> None:
        """Count a message that the fetch has booked."""
        virtual.QoS.append(self, message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        """Make room; the acknowledgement rides with the next request."""
        virtual.QoS.ack(self, delivery_tag)
        self.channel.acknowledge(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Put the message behind all that wait, or be done with it."""
        virtual.QoS.ack(self, delivery_tag)
        if requeue:
            self.channel.give_back([delivery_tag], "last")
        else:
            self.channel.acknowledge(delivery_tag)

    def restore_unacked(self, *_args: object, **_options: object) -> None:
        """Put everything back, so that the oldest is next in line."""
        self.channel.give_back(list(self.channel.held), "next")
        self._delivered.clear()

    def restore_visible(self, *_args: object, **_options: object) -> None:
        """Put back what silent workers hold."""
        self.channel.restore_abandoned()


class HoldingChannel(LeanChannel):
    """Holds messages under leases, which a thread renews for as long as this process lives."""

    QoS = QoS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = (self.unacked_key, self.unacked_index_key, "dead-messages")
        # Unacked, its index, dead messages.
        self.book_keys = tuple(self.global_keyprefix + name for name in names)
        # By tag.
        self.held: dict[str, Held] = {}
        self.unacked = Unacked(self.plain_client, *self.book_keys)
        self._renewal = LeaseRenewal(
            self.unacked, lambda: list(self.held), self.visibility_timeout / RENEWALS_PER_LEASE
        )
        self._restored_at = 0.0

    def hold(self, tag: str, key: str, message: dict[str, Any]) -> None:
        """Answer for a message that is booked for this channel."""
        self.held[tag] = (key, message)
        self._renewal.start()

    def let_go(self, tag: str) -> Held | None:
        """Hold a message no more."""
        return self.held.pop(tag, None)

    def give_back(self, tags: Sequence[str], end: End) -> None:
        """Put messages back into their lists; where that fails, they come back with their lease."""
        held = [(tag, *found) for tag in tags if (found := self.let_go(tag))]
        if end == "next":
            held.reverse()
        items = [Restored(tag, key, _redelivered(message)) for tag, key, message in held]
        try:
            self.unacked.restore(items, end)
        except (RedisError, OSError) as error:
            _log.warning("messages not given back yet", error=describe_error(error))

    def forget(self, tags: Sequence[str]) -> None:
        """Acknowledge in a request of its own; where that fails, they are delivered again."""
        try:
            self.unacked.acknowledge(tags)
        except (RedisError, OSError) as error:
            _log.warning("acknowledgements lost", messages=len(tags), error=describe_error(error))

    def bury(self, message: bytes | str, reason: str, queue: str, task: str = "") -> None:
        """Move a message to the dead ones."""
        _log.error("message buried", queue=queue, task=task, reason=reason)
        try:
            self.unacked.bury(message, reason, queue=queue, task=task)
        except (RedisError, OSError) as error:
            _log.warning("message not buried; it comes back", error=describe_error(error))

    def bury_held(self, tag: str, reason: str, task: str = "") -> None:
        """Move a message that is held to the dead ones; nothing when it is not held any more."""
        found = self.let_go(tag)
        virtual.QoS.ack(self.qos, tag)
        if found is not None:
            key, message = found
            queue = key.removeprefix(self.global_keyprefix).partition(self.sep)[0]
            self.bury(dumps(message), reason, queue, task)

    def restore_abandoned(self) -> None:
        """Put back what silent workers hold, by the server's clock; bounded per round."""
        # Kombu calls this on every idle turn where no event loop has a timer.
        if monotonic() - self._restored_at < self.unacked_restore_interval * 0.9:
            return
        self._restored_at = monotonic()
        try:
            for _ in range(PAGES_PER_ROUND):
                if self._restore_page() < PAGE:
                    break
        except (RedisError, OSError) as error:
            _log.warning("abandoned messages not restored", error=describe_error(error))

    def _restore_page(self) -> int:
        page = self.unacked.abandoned(self.visibility_timeout)
        items = []
        for tag, value in page:
            try:
                message, exchange, queue = loads(value)
                if exchange:
                    # Booked by a stock worker, whose way back leads over its bindings.
                    stock.QoS.restore_by_tag(self.qos, tag)
                    continue
                priority = self._get_message_priority(message)
                key = self.global_keyprefix + self._q_for_pri(queue, priority)
                items.append(Restored(tag, key, _redelivered(message)))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                self.unacked.bury(value, f"it cannot be restored: {error}", tag=tag)
        if restored := self.unacked.restore(items, "next", self.visibility_timeout):
            _log.warning("messages of a silent worker restored", messages=restored)
        return len(page)

    def close(self) -> None:
        """Give back what is held, and close."""
        self._renewal.stop()
        if not self.closed:
            self.give_back(list(self.held), "next")
        super().close()


def _redelivered(message: dict[str, Any]) -> str:
    """The message as text, marked as kombu marks it."""
    try:
        message["headers"]["redelivered"] = True
        message["properties"]["delivery_info"]["redelivered"] = True
    except (KeyError, TypeError):
        pass
    return str(dumps(message))
