"""Kombu's Redis channel with fewer clients, and without its surprises when it is closed."""

from typing import Any

from kombu.transport import redis as stock
from kombu.transport import virtual
from redis import Redis
from redis.exceptions import ConnectionError as BrokerLost
from redis.exceptions import OutOfMemoryError, RedisError

from ...observability import describe_error, get_secure_logger

_log = get_secure_logger(__name__)


class LeanChannel(stock.Channel):  # type: ignore[misc]  # kombu is published without types
    """One client per channel; what is closed raises a lost connection, never an AttributeError."""

    _kept_client: Any = None

    def close(self) -> None:
        """Close, whether or not the broker can be told."""
        try:
            super().close()
        except (RedisError, OSError, KeyError) as error:
            _log.info("broker channel closed without a word", error=describe_error(error))
            self._disconnect_pools()
            self._close_clients()
            virtual.Channel.close(self)

    def plain_client(self) -> Any:
        """A client that leaves keys as they are. Raises BrokerLost when the channel is closed."""
        return Redis(connection_pool=self.pool)

    def _create_client(self, asynchronous: bool = False) -> Any:
        if asynchronous:
            return super()._create_client(asynchronous)
        # Kombu makes one per use, and each fills a table of 165 entries.
        if self._kept_client is None:
            self._kept_client = super()._create_client()
        return self._kept_client

    def _disconnect_pools(self) -> None:
        self._kept_client = None
        super()._disconnect_pools()

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection is None:
            message = "the channel is closed"
            raise BrokerLost(message)
        parameters: dict[str, Any] = super()._connparams(asynchronous)
        if asynchronous:
            # Word of pushes comes over the same connection, which needs the newer protocol.
            parameters["protocol"] = 3
        return parameters

    def _queue_bind(self, *args: Any) -> None:
        try:
            super()._queue_bind(*args)
        except OutOfMemoryError:
            # A full server must not keep a worker from starting: it is what makes room. Direct
            # queues are found by their names.
            _log.warning("broker is full; the binding of a queue is not written")
