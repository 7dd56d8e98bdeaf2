"""The pull side: finds what no doorbell announced, and what died with the process that took it."""

import asyncio
import random
from typing import NoReturn

from valkey.exceptions import ResponseError, ValkeyError

from ..contracts import DeadLetterKind, StoreUnavailable
from ..observability import Metrics, describe_error, get_secure_logger
from ..stores import REMOVED_MAXIMUM, AsyncStore, EventStream, Keys, StreamCounts, each_tenant
from .drain import Drain, handlers_stream
from .options import MessagingOptions
from .serving import serve
from .waits import Chance, jittered

_log = get_secure_logger(__name__)


class Poller:
    """Looks at every tenant's stream again and again. Any number of them may run side by side."""

    def __init__(
        self,
        store: AsyncStore,
        keys: Keys,
        drain: Drain,
        options: MessagingOptions,
        *,
        metrics: Metrics,
        chance: Chance = random.random,
    ) -> None:
        self._store = store
        self._keys = keys
        self._drain = drain
        self._options = options
        self._metrics = metrics
        self._chance = chance
        self._stream: EventStream = handlers_stream(keys, options)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until ``stop`` is set; handlers that run then get their grace."""
        try:
            await serve(stop, self._poll(), self._drain.run())
        finally:
            await self._drain.close()

    async def _poll(self) -> NoReturn:
        while True:
            try:
                await self._round()
                self._metrics.record_poll("done")
            except (StoreUnavailable, ValkeyError) as error:
                self._metrics.record_poll("failed")
                _log.warning("poll failed; the next follows", error=describe_error(error))
            # Rounds of several pollers drift apart instead of meeting.
            await asyncio.sleep(jittered(self._options.poll_interval_seconds, self._chance()))

    async def _round(self) -> None:
        dead = waiting = 0
        async for tenant in each_tenant(self._store, self._keys):
            self._drain.search(tenant)
            self._drain.ring(tenant)
            counts = await self._counts(tenant)
            dead, waiting = dead + counts.dead, waiting + counts.waiting
        self._metrics.set_dead_letters(DeadLetterKind.EVENTS, dead)
        self._metrics.set_events_waiting(waiting)
        await self._drain.emptied()

    async def _counts(self, tenant: str) -> StreamCounts:
        try:
            return await self._tidied(tenant)
        except ResponseError as error:
            # This tenant's keys are broken (another type, no permission); others wait behind it.
            _log.error("stream not tidied", tenant=tenant, error=describe_error(error))
            return StreamCounts(dead=0, waiting=0)

    async def _tidied(self, tenant: str) -> StreamCounts:
        counts = await self._store.run(self._stream.tidy(tenant))
        # So many were stopped by the limit of one call: there are more.
        while counts.removed > REMOVED_MAXIMUM // 2:
            counts = await self._store.run(self._stream.tidy(tenant))
        return counts
