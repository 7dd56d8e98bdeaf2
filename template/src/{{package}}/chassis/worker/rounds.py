"""Rounds of loops that go on: the pause between two, and how one that failed is told."""

import asyncio
from contextlib import suppress

from structlog.typing import FilteringBoundLogger
from valkey.exceptions import NoPermissionError, ValkeyError

from ..contracts import StoreUnavailable
from ..observability import describe_error
from ..stores import is_outage

# What a call to Valkey raises, be it by a store or by a client.
ROUND_FAILURES = (StoreUnavailable, ValkeyError, OSError)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until ``stop`` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def warn_of(log: FilteringBoundLogger, event: str, error: Exception, **fields: str) -> None:
    """Log what failed and what comes next, which ``event`` says in a few words.

    One line for an outage, a traceback for the rest.
    """
    explains_itself = is_outage(error) or isinstance(error, StoreUnavailable | NoPermissionError)
    # A traceback for each round of an outage would bury what else is wrong.
    traceback = None if explains_itself else error
    log.warning(event, error=describe_error(error), exc_info=traceback, **fields)
