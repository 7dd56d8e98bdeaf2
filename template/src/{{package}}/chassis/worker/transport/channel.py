"""Kombu's Redis channel, except that what it hands out is booked in the same breath."""

from collections.abc import Sequence
from queue import Empty
from threading import Lock
from time import monotonic
from typing import Any

from redis.exceptions import RedisError, ResponseError

from ...observability import describe_error, get_secure_logger
from .fetcher import Lists
from .handing import LOST, HandingChannel

_log = get_secure_logger(__name__)


class Channel(HandingChannel):
    """One consumer's view of the broker: asks, reads and hands out, where kombu uses BRPOP.

    Nothing here raises out of the hub because a connection is lost: what was booked stays booked,
    and comes back to some worker when its lease ends.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._asking = Lock()

    # -- Asking and reading, where kombu waits with BRPOP. --

    def ask_if_due(self) -> None:
        """Send a request, when one is worth while and none is under way."""
        # Without an event loop, pool threads come here as well, when their body has ended.
        with self._asking:
            room = self._room()
            if self.fetcher.is_due(room, self._is_hungry(room), may_linger=self._has_hub):
                self._ask(room)

    def _ask(self, room: int) -> None:
        connection = self.client.connection
        self._in_poll = connection
        queues = self._queue_cycle.consume(len(self.active_queues))
        try:
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
            if self._has_hub:
                # Not in the next turn: the pool may have looked by then for what it has to write.
                self.hand_out_reserve()
        else:
            self.forget(self.fetcher.take_acknowledged())

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
        self.forget(self.fetcher.take_acknowledged())
