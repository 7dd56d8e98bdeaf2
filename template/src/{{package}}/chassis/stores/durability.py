"""Durable accepts: an answer only once the server has on disk what it says."""

from typing import Any, Final

from valkey.exceptions import ResponseError

from ..contracts import StoreUnavailable
from .failures import RETRY_AFTER_OUTAGE_SECONDS

# The server has to say that it waited in vain before its client gives up on a reply.
SHARE_OF_TIMEOUT: Final = 0.8
_WAY_OUT: Final = (
    "VALKEY_DURABLE_ACCEPTS needs a server from 7.2 on with `appendonly yes`, `appendfsync everysec` "
    "or `always`, and a disk that is faster than VALKEY_SOCKET_TIMEOUT; correct the server, or "
    "switch the setting off"
)


def wait_for_disk(client: Any) -> tuple[Any, ...]:
    """The command behind a durable call: wait for the last write of this same connection."""
    timeout_seconds: float = client.connection_pool.connection_kwargs["socket_timeout"]
    return ("WAITAOF", 1, 0, round(timeout_seconds * SHARE_OF_TIMEOUT * 1000))


def check_on_disk(reply: Any) -> None:
    """Raise StoreUnavailable unless that command was told that it is written."""
    if isinstance(reply, ResponseError):
        what = f"Valkey cannot tell what it has on disk ({reply})"
    elif reply[0] < 1:
        what = "Valkey did not write to disk in time"
    else:
        return
    message = f"{what}, so it is open whether this is accepted; submit it again. {_WAY_OUT}"
    raise StoreUnavailable(message, retry_after_seconds=RETRY_AFTER_OUTAGE_SECONDS)
