"""One definition of a script call that sync and async code both run."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from importlib.resources import files
from threading import BoundedSemaphore
from typing import Any, Generic, TypeVar, cast

from valkey import Valkey
from valkey.asyncio import Valkey as AsyncValkey
from valkey.exceptions import (
    AuthenticationError,
    ClusterDownError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
    ValkeyClusterException,
)
from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkey.exceptions import TimeoutError as ValkeyTimeoutError

from ..contracts import StoreUnavailable

T = TypeVar("T")

# Valkey's reply to a script: text, a number, nothing, or a list of such.
Reply = Any

RETRY_AFTER_OUTAGE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script and its digest, as the server names it."""

    text: str
    sha: str


@cache
def load_script(name: str) -> Script:
    """Read `scripts/<name>.lua`, behind the prelude that all scripts share."""
    folder = files(__package__) / "scripts"
    text = "\n".join((folder / f"{part}.lua").read_text("utf-8") for part in ("prelude", name))
    # The digest names the script; it protects nothing.
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One script with its keys (all of one slot), its arguments, and how to read the reply.

    Every call may be sent twice: identifiers made by the caller let the script recognise a resend.
    """

    script: Script
    keys: tuple[str, ...]
    arguments: tuple[str, ...]
    parse: Callable[[Reply], T]


class Store:
    """Runs calls from sync code: worker threads, prefork children, the command line."""

    def __init__(self, client: Valkey) -> None:
        # valkey-py types each reply of its sync client as maybe awaitable, which helps no caller.
        self.client: Any = client
        self.spare_connections = _spare_connections(client)

    def run(self, call: Call[T]) -> T:
        """Run one call in one request. Raises StoreUnavailable when Valkey does not answer."""
        values = (*call.keys, *call.arguments)
        try:
            try:
                reply = self.client.evalsha(call.script.sha, len(call.keys), *values)
            except NoScriptError:
                # A restart or failover emptied the script cache; EVAL loads it again.
                reply = self.client.eval(call.script.text, len(call.keys), *values)
        except (*_OUTAGES, ResponseError) as error:
            if not is_outage(error):
                raise
            raise _unavailable(error) from error
        return call.parse(reply)


class AsyncStore:
    """Runs calls from async code: the API, the listener, the poller."""

    def __init__(self, client: AsyncValkey) -> None:
        self.client = client
        self.spare_connections = _spare_connections(client)

    async def run(self, call: Call[T]) -> T:
        """Run one call in one request. Raises StoreUnavailable when Valkey does not answer."""
        values = (*call.keys, *call.arguments)
        try:
            try:
                reply = await cast(
                    Any, self.client.evalsha(call.script.sha, len(call.keys), *values)
                )
            except NoScriptError:
                reply = await cast(Any, self.client.eval(call.script.text, len(call.keys), *values))
        except (*_OUTAGES, ResponseError) as error:
            if not is_outage(error):
                raise
            raise _unavailable(error) from error
        return call.parse(reply)


def _spare_connections(client: Any) -> BoundedSemaphore:  # of all kinds
    """What may be kept for longer than a call: half the pool, so that calls always find one.

    None in a cluster, whose clients pool by node, or cannot subscribe at all.
    """
    pool = getattr(client, "connection_pool", None)
    return BoundedSemaphore(0 if pool is None else pool.max_connections // 2)


_OUTAGES = (
    *(ValkeyConnectionError, ValkeyTimeoutError, OSError, OutOfMemoryError, ReadOnlyError),
    *(ClusterDownError, TryAgainError, ValkeyClusterException),
)
# The client has no classes for these: a script that hangs, a full disk, replicas that are missing.
_OUTAGE_CODES = ("BUSY ", "MISCONF ", "NOREPLICAS ")


def is_outage(error: Exception) -> bool:
    """Whether the server takes the same call later: it is away, or it fails over, or it is full."""
    return isinstance(error, _OUTAGES) or str(error).startswith(_OUTAGE_CODES)


def _unavailable(error: Exception) -> StoreUnavailable:
    if isinstance(error, AuthenticationError):
        # The client counts it among lost connections, but waiting alone does not help.
        what = "refuses the credentials"
        way_out = "correct VALKEY_USERNAME and VALKEY_PASSWORD, or those in VALKEY_URL"
    else:
        what, way_out = "does not take the call", "try again later"
    message = f"Valkey {what} ({type(error).__name__}); {way_out}"
    return StoreUnavailable(message, retry_after_seconds=RETRY_AFTER_OUTAGE_SECONDS)
