"""The kombu transport of `valkey://`: Redis's, on channels that lose nothing.

Importing this module registers the schemes. Keys and values are those of kombu's Redis transport,
so stock producers, Flower and workers of older versions share the server with it.
"""

from math import inf
from time import monotonic
from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as stock
from kombu.utils.url import url_to_parts
from redis.sentinel import Sentinel

from ..broker import SENTINEL_SCHEME
from .channel import Channel
from .fetcher import LINGER_SECONDS, RECHECK_SECONDS


class Poller(stock.MultiChannelPoller):  # type: ignore[misc]  # kombu is published without types
    """Turns the channels: sends what is due, reads what has come."""

    # None where somebody calls drain_events(), again and again.
    hub: Any = None
    _turn_at = inf

    def on_poll_start(self) -> None:
        """Send what is due. A channel that cannot connect raises, and the worker connects anew."""
        for channel in tuple(self._channels):
            if channel.active_queues:
                channel.drop_if_silent()
                self._register_BRPOP(channel)
            if channel.active_fanout_queues:
                self._register_LISTEN(channel)

    def _register_BRPOP(self, channel: Any) -> None:  # noqa: N802  # kombu's own name
        client = channel.client
        if not self._client_registered(channel, client, "BRPOP"):
            self._register(channel, client, "BRPOP")
            channel.start_tracking()
            if self.hub is not None:
                self.turn_within(channel.fetcher.recheck_seconds)
        if self.hub is None:
            channel.hand_out_reserve()
        channel.ask_if_due()

    def expect_request(self, channel: Any) -> None:
        """Send what is due soon, be there a turn until then or not."""
        if self.hub is None:
            # Whoever waits in drain_events() would send it only when the wait is over.
            if (channel, channel.client, "BRPOP") in self._chan_to_sock:
                channel.ask_if_due()
        else:
            self.turn_within(LINGER_SECONDS)

    def turn_within(self, seconds: float) -> None:
        """Let the hub turn soon, whether or not anything comes."""
        if (due := monotonic() + seconds) < self._turn_at:
            self._turn_at = due
            self.hub.call_later(seconds, self._turn)

    def _turn(self) -> None:
        # The hub turns because its timer has fired; on_poll_start sends what is due by now.
        self._turn_at = inf
        for channel in tuple(self._channels):
            channel.hand_out_reserve()
        if (seconds := self._patience()) < RECHECK_SECONDS:
            self.turn_within(seconds)

    def _patience(self) -> float:
        return min(
            (each.fetcher.recheck_seconds for each in self._channels), default=RECHECK_SECONDS
        )

    def get(self, callback: Any, timeout: float | None = None) -> Any:
        """One turn without an event loop, short enough to look again when nothing is heard."""
        patience = self._patience()
        self.maybe_restore_messages()
        return super().get(callback, patience if timeout is None else min(timeout, patience))

    def on_readable(self, fileno: int) -> Any:
        """Read, whether or not there is room: what was asked for is booked, and has to be taken."""
        found = self._fd_to_chan.get(fileno)
        if found is not None:
            channel, kind = found
            return channel.handlers[kind]()
        return None

    def maybe_check_brpop_health(self) -> None:
        """Nothing: each turn looks for overdue answers."""


class Transport(stock.Transport):  # type: ignore[misc]
    """`valkey://` and `valkeys://`."""

    Channel = Channel

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cycle = Poller()

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """Be turned by an event loop from now on."""
        self.cycle.hub = loop
        super().register_with_event_loop(connection, loop)


class SentinelChannel(Channel):
    """A channel to the primary that Sentinels name."""

    from_transport_options = (
        *Channel.from_transport_options,
        *("master_name", "sentinel_kwargs"),
    )
    connection_class = stock.SentinelChannel.connection_class
    connection_class_ssl = stock.SentinelChannel.connection_class_ssl

    def _get_pool(self, asynchronous: bool = False) -> Any:
        parameters = self._connparams(asynchronous)
        self.keyprefix_fanout: str = self.keyprefix_fanout.format(db=parameters["db"])
        nodes = [url_to_parts(url) for url in self.connection.client.alt]
        own = (parameters.pop("host"), parameters.pop("port"))
        manager = Sentinel(
            [(node.hostname, node.port or self.connection.default_port) for node in nodes] or [own],
            sentinel_kwargs=getattr(self, "sentinel_kwargs", None),
            **parameters,
        )
        # Closed with the pools.
        if asynchronous:
            self._async_sentinel_manager = manager
        else:
            self._sentinel_manager = manager
        login = {name: parameters[name] for name in ("username", "password") if name in parameters}
        return manager.master_for(self.master_name, **login).connection_pool


class SentinelTransport(Transport):
    """`valkey-sentinel://`, with one address for each Sentinel."""

    default_port = 26379
    Channel = SentinelChannel


TRANSPORT_ALIASES.update(
    {
        "valkey": f"{__name__}:Transport",
        "valkeys": f"{__name__}:Transport",
        SENTINEL_SCHEME: f"{__name__}:SentinelTransport",
    }
)
