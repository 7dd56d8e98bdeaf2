"""How loops that go on say that a round failed: one line for an outage, a traceback for the rest."""

from structlog.typing import FilteringBoundLogger
from valkey.exceptions import NoPermissionError, ValkeyError

from ..contracts import StoreUnavailable
from ..observability import describe_error
from ..stores import is_outage

# What a call to Valkey raises, be it by a store or by a client.
ROUND_FAILURES = (StoreUnavailable, ValkeyError, OSError)


def warn_of(log: FilteringBoundLogger, event: str, error: Exception, **fields: str) -> None:
    """Log what failed and what comes next, which ``event`` says in a few words."""
    explains_itself = is_outage(error) or isinstance(error, StoreUnavailable | NoPermissionError)
    # A traceback for each round of an outage would bury what else is wrong.
    traceback = None if explains_itself else error
    log.warning(event, error=describe_error(error), exc_info=traceback, **fields)
