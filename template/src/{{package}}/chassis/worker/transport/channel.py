"""Kombu's Redis channel, except that what it hands out is booked in the same breath."""

import json
from collections.abc import Callable, Sequence
from queue import Empty
from time import monotonic
from typing import Any, Final

from kombu.exceptions import OperationalError
from kombu.transport import redis as stock
from kombu.utils.json import loads
from redis.exceptions import ConnectionError as BrokerLost
from redis.exceptions import ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as BrokerSilent

from ...observability import describe_error, get_secure_logger
from .fetcher import Fetched, Fetcher, Lists
from .holding import Held, HoldingChannel
from .reserve import SHORT_SECONDS, Reserve

# ReadOnlyError: it leads to a server that is primary no more.
LOST: Final = (BrokerLost, BrokerSilent, ReadOnlyError, OSError)
_log = get_secure_logger(__name__)


class Channel(HoldingChannel):
    """One consumer's view of the broker: asks, reads and hands out, where kombu uses BRPOP.

    Nothing here raises out of the hub because a connection is lost: what was booked stays booked,
    and comes back to some worker when its lease ends.
    """

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

    # -- Asking and reading, where kombu waits with BRPOP. --

    def ask_if_due(self) -> None:
        """Send a request, when one is worth while and none under way."""
        room = self._room()
        if not self.fetcher.is_due(room, self._is_hungry(room), may_linger=self._has_hub):
            return
        connection = self.client.connection
        self._in_poll = connection
        try:
            queues = self._queue_cycle.consume(len(self.active_queues))
            self.fetcher.ask(connection, room, self._lists_of(queues))
        except LOST:
            self._lose(connection)

    def _brpop_read(self, **_options: object) -> bool:
        connection = self.client.connection
        try:
            found = self.fetcher.read(connection)
        except LOST as error:
            _log.warning("broker connection lost", error=describe_error(error))
            self._lose(connection)
            raise Empty from error
        except ResponseError as error:
            self._in_poll = None
            _log.warning("broker refuses to hand out messages", error=describe_error(error))
            raise Empty from error
        self._in_poll = connection if self.fetcher.in_flight else None
        if not found:
            raise Empty
        self._queue_cycle.rotate(found[-1].queue)
        self._hand_out(found)
        return True

    def start_tracking(self) -> None:
        """On a new connection: be told of pushes."""
        if not self.fetcher.track(self.client.connection):
            _log.warning("broker tells nobody of pushes (CLIENT TRACKING); it is polled instead")

    def drop_if_silent(self) -> None:
        """Part with a connection whose answer is overdue: the other end is gone."""
        if self.fetcher.is_overdue(self.socket_timeout or self.health_check_interval):
            _log.warning("broker does not answer; connecting anew")
            self._lose(self.client.connection)

    def acknowledge(self, tag: str) -> None:
        """Be done with a message; safe to say twice, and after the channel is closed."""
        self.let_go(tag)
        if self._closing:
            return
        self.fetcher.acknowledge(tag)
        if self.active_queues:
            self.connection.cycle.expect_request(self)
            # Now, not in the next turn: the pool may have looked by then for what it has to write.
            self.hand_out_reserve()
        else:
            self._flush()

    @property
    def _has_hub(self) -> bool:
        return self.connection.cycle.hub is not None

    def _room(self) -> int:
        if not self.qos.prefetch_count:
            return self.fetch_batch
        free: int = self.qos.prefetch_count - self.qos.outstanding
        if free > 0 and not self.qos.can_consume():
            return 0  # worker_disable_prefetch: nothing that would not start at once
        if self._has_hub:
            now = monotonic()
            free = self._reserve.room(now) + (0 if self._piles_up(now) else max(0, free))
        return max(0, min(free, self.fetch_batch))

    def _is_hungry(self, room: int) -> bool:
        # A body waits for work, or a full batch keeps the next one from waiting.
        if not self._reserve and self.qos.can_consume() and not self._piles_up(monotonic()):
            return True
        return len(self._reserve) < self.fetch_batch <= room

    def _lists_of(self, queues: Sequence[str]) -> Lists:
        keys = (
            self.global_keyprefix + self._q_for_pri(queue, step)
            for step in self.priority_steps
            for queue in queues
        )
        return Lists(tuple(queues), tuple(keys))

    def _lose(self, connection: Any) -> None:
        self._in_poll = None
        self.fetcher.lost()
        connection.disconnect()

    # -- Handing out. --

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
        return self._reserve.piles_up(self.fetcher.unsent, most, now)

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

    def basic_get(self, queue: str, no_ack: bool = False, **options: Any) -> Any:
        """One message, if there is one."""
        message = super().basic_get(queue, no_ack=no_ack, **options)
        if message is not None and no_ack:
            self.acknowledge(message.delivery_tag)
        return message

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:  # noqa: ARG002 - kombu's
        for each in self.fetcher.ask_now(self.plain_client(), 1, self._lists_of([queue])):
            if (message := self._read(each)) is not None:
                return self.held[message.delivery_tag][1]
        raise Empty

    def _basic_cancel(self, consumer_tag: str) -> None:
        self._receivers.pop(self._tag_to_queue.get(consumer_tag, ""), None)
        super()._basic_cancel(consumer_tag)
        if not self.active_queues and not self._closing:
            self._come_to_rest()

    def close(self) -> None:
        """Give back what is held, as far as the broker can be reached, and let go of it."""
        if not self._closing:
            self._come_to_rest()
        super().close()

    def _come_to_rest(self) -> None:
        """Take the last answer, give back what it holds, and send what is acknowledged."""
        connection = getattr(self.__dict__.get("client"), "connection", None)
        try:
            while connection is not None and self.fetcher.in_flight:
                fetched = self.fetcher.read(connection)
                messages = [message for each in fetched if (message := self._read(each))]
                self.give_back([message.delivery_tag for message in messages], "next")
        except (RedisError, OSError):
            self._lose(connection)
        self.give_back(self._reserve.take_all(), "next")
        self._in_poll = None
        self._flush()

    def _flush(self) -> None:
        tags = self.fetcher.take_acknowledged()
        try:
            self.unacked.acknowledge(tags)
        except (RedisError, OSError) as error:
            _log.warning("acknowledgements lost", messages=len(tags), error=describe_error(error))


def _opened(raw: bytes) -> Any:
    # Kombu's own reader calls back for every object in it, to find types that JSON does not have.
    return loads(raw) if b'"__type__"' in raw else json.loads(raw)
