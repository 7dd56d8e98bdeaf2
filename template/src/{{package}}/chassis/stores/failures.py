"""Tells outages of Valkey from errors of ours."""

from typing import Final, NoReturn

from valkey.exceptions import (
    AuthenticationError,
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
    ValkeyClusterException,
)
from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkey.exceptions import TimeoutError as ValkeyTimeoutError

from ..contracts import StoreUnavailable

RETRY_AFTER_OUTAGE_SECONDS: Final = 2.0

_OUTAGES: Final = (
    *(ValkeyConnectionError, ValkeyTimeoutError, OSError, OutOfMemoryError, ReadOnlyError),
    *(ClusterDownError, TryAgainError, ValkeyClusterException),
)
FAILURES: Final = (*_OUTAGES, ResponseError)
# The client has no classes for these: a script that hangs, a full disk, replicas that are missing.
_OUTAGE_CODES: Final = ("BUSY ", "MISCONF ", "NOREPLICAS ")


def is_outage(error: Exception) -> bool:
    """Whether the server takes the same call later: it is away, or it fails over, or it is full."""
    return isinstance(error, _OUTAGES) or str(error).startswith(_OUTAGE_CODES)


def raise_failure(error: Exception) -> NoReturn:
    """Raise it, or for an outage our own error in its place."""
    if not is_outage(error):
        raise error
    if isinstance(error, AuthenticationError):
        # The client counts it among lost connections, but waiting alone does not help.
        what = "refuses the credentials"
        way_out = "correct VALKEY_USERNAME and VALKEY_PASSWORD, or those in VALKEY_URL"
    else:
        what, way_out = "does not take the call", "try again later"
    message = f"Valkey {what} ({type(error).__name__}); {way_out}"
    raise StoreUnavailable(message, retry_after_seconds=RETRY_AFTER_OUTAGE_SECONDS) from error
