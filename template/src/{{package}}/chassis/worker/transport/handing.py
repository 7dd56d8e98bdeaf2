"""A channel that hands out what it has fetched, at the pace of the bodies that end."""

import json
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Final

from kombu.exceptions import OperationalError
from kombu.transport import redis as stock
from kombu.utils.json import loads
from redis.exceptions import ConnectionError as BrokerLost
from redis.exceptions import ReadOnlyError
from redis.exceptions import TimeoutError as BrokerSilent

from ...observability import describe_error
from .fetcher import Fetched, Fetcher
from .holding import Held, HoldingChannel
from .reserve import SHORT_SECONDS, Reserve

# ReadOnlyError: it leads to a server that is primary no more.
LOST: Final = (BrokerLost, BrokerSilent, ReadOnlyError, OSError)


class HandingChannel(HoldingChannel):
    """Keeps what was fetched ahead, and delivers each message when its body may begin."""

    # Messages per request, and so per turn of the hub.
    fetch_batch = 8
    # Held at most beyond the prefetch count, so that bodies which end find the next messages here.
    fetch_reserve = 32
    # Bodies that end at once, under way or not acknowledged yet: a crash repeats so many. 0: no bound.
    short_at_once = 8
    message_bytes_maximum = 2_097_152
    from_transport_options = (
        *stock.Channel.from_transport_options,
        *("fetch_batch", "fetch_reserve", "short_at_once", "message_bytes_maximum"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._receivers: dict[str, tuple[Callable[[Any], object], bool]] = {}
        limits = {"batch": self.fetch_batch, "bytes_maximum": self.message_bytes_maximum}
        self.fetcher = Fetcher(self.book_keys, **limits)
        self._reserve = Reserve(self.fetch_reserve)
        self._is_handing_out = False

    @property
    def _has_hub(self) -> bool:
        return self.connection.cycle.hub is not None

    def _hand_out(self, found: Sequence[Fetched]) -> None:
        # Booked here before the first is delivered: whatever that one does, none is forgotten.
        now = monotonic()
        for each in found:
            if (message := self._read(each)) is not None:
                self._reserve.add(each, message, now)
        self.hand_out_reserve()

    def hand_out_reserve(self) -> None:
        """Deliver what was fetched ahead, as far as bodies may begin."""
        if self._is_handing_out:
            return
        self._is_handing_out = True
        try:
            self._hand_out_some()
        finally:
            self._is_handing_out = False

    def _hand_out_some(self) -> None:
        now = monotonic()
        for _ in range(min(len(self._reserve), self.fetch_batch)):
            if self._piles_up(now) or not self._may_begin(now):
                break
            self._deliver(*self._reserve.take())
        if self._reserve.is_stale(now):
            self.give_back(self._reserve.take_all(), "next")
        elif self._reserve and self._has_hub:
            self.connection.cycle.turn_within(SHORT_SECONDS)

    def _may_begin(self, now: float) -> bool:
        """Whether one more fits in: beyond the prefetch count, as many as are about to end."""
        over: int = self.qos.outstanding - self.qos.prefetch_count
        if over < 0 or not self.qos.prefetch_count or not self._has_hub:
            can_consume: bool = self.qos.can_consume()
            return can_consume
        return over < self._reserve.pace(now)

    def _piles_up(self, now: float) -> bool:
        most = self.short_at_once if self._has_hub else 0
        return self._reserve.piles_up(self.fetcher.unconfirmed, most, now)

    def let_go(self, tag: str) -> Held | None:
        """Hold a message no more."""
        self._reserve.end(tag, monotonic())
        return super().let_go(tag)

    def _read(self, fetched: Fetched) -> Any:
        """The message, held from now on; nothing when it cannot be read."""
        try:
            payload = _opened(fetched.raw)
            message = self.Message(payload, channel=self)
        except Exception as error:  # noqa: BLE001 - whatever strangers wrote must not end the worker
            self.bury(fetched.raw, f"it cannot be read: {describe_error(error)}", fetched.queue)
            return None
        self.hold(message.delivery_tag, fetched.key, payload)
        return message

    def _deliver(self, fetched: Fetched, message: Any) -> None:
        tag = message.delivery_tag
        if fetched.queue not in self._receivers:
            self.give_back([tag], "next")
            return
        callback, no_ack = self._receivers[fetched.queue]
        if no_ack:
            self.acknowledge(tag)
        else:
            self._reserve.begin(tag, monotonic())
            self.qos.append(message, tag)
        try:
            callback(message)
        except (*LOST, MemoryError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - as above: Celery trusts the headers
            self.bury_held(tag, f"the worker cannot take it: {describe_error(error)}")

    def basic_consume(self, queue: str, no_ack: bool, *args: Any, **options: Any) -> Any:
        """Consume; kombu's own callback would build each message a second time."""
        self._receivers[queue] = (options.get("callback") or args[0], no_ack)
        return super().basic_consume(queue, no_ack, *args, **options)


def _opened(raw: bytes) -> Any:
    # Kombu's own reader calls back for every object in it, to find types that JSON does not have.
    return loads(raw) if b'"__type__"' in raw else json.loads(raw)
