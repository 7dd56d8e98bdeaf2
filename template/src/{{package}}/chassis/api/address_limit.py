"""Limits requests per client address, in process: a fence before anything costs work."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from ..contracts import RateLimited
from .client_address import caller_of
from .options import ApiOptions
from .problem_responses import response_to

# Whoever asks about our health must hear it, above all while others ask too much.
PROBES: Final = frozenset({"/livez", "/readyz"})

MINUTE_NS: Final = 60_000_000_000


class AddressLimiter:
    """GCRA on one clock: a full allowance at once, then as fast as the rate pays it back."""

    def __init__(
        self, requests_per_minute: int, addresses_maximum: int, clock: Callable[[], int]
    ) -> None:
        # Whole nanoseconds: a fraction lost in a sum would refuse what is just allowed.
        self._interval_ns = MINUTE_NS // requests_per_minute
        self._burst_ns = self._interval_ns * requests_per_minute
        self._addresses_maximum = addresses_maximum
        self._clock = clock
        self._arrivals: OrderedDict[str, int] = OrderedDict()

    def wait_seconds(self, address: str) -> float:
        """0 and one request less, or how long until the next; a refusal moves nothing."""
        now = self._clock()
        arrival = max(self._arrivals.pop(address, now), now)
        earliest = arrival + self._interval_ns - self._burst_ns
        if earliest <= now:
            arrival += self._interval_ns
        self._arrivals[address] = arrival
        # The one heard of longest ago is forgotten first: it has been paid back the most.
        if len(self._arrivals) > self._addresses_maximum:
            self._arrivals.popitem(last=False)
        return max(0, earliest - now) / 1_000_000_000


class AddressLimit:
    """ASGI middleware: answers 429 to an address beyond its allowance."""

    def __init__(self, app: ASGIApp, options: ApiOptions, clock: Callable[[], int]) -> None:
        self._app = app
        self._trusted = options.trusted_networks
        self._limiter = AddressLimiter(
            options.requests_per_minute, options.addresses_maximum, clock
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in PROBES:
            wait_seconds = self._limiter.wait_seconds(caller_of(scope, self._trusted))
            if wait_seconds > 0:
                error = RateLimited(
                    "your address has sent too many requests", retry_after_seconds=wait_seconds
                )
                await response_to(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)
