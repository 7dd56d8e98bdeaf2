"""One of many processes leads; the others stand by, and one takes over when the lead is lost."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from ..observability import get_secure_logger
from ..stores import AsyncStore, Keys, Lease, give_up_lease, take_lease
from .options import RENEWALS_PER_LEASE
from .rounds import ROUND_FAILURES, warn_of

RETRY_SECONDS = 2.0

_log = get_secure_logger(__name__)


class Leadership:
    """This process's part in one role. ``clock`` measures the time of this process alone."""

    def __init__(
        self,
        store: AsyncStore,
        keys: Keys,
        role: str,
        length: timedelta,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.keys = keys
        self._role = role
        self._length = length
        self._clock = clock
        self._holder = str(uuid4())
        self._lease: Lease | None = None
        self._known_until = self._renew_at = clock()

    @property
    def is_known(self) -> bool:
        """Whether it is known who leads; not so after a pause or an outage of a lease's length."""
        return self._clock() < self._known_until

    @property
    def fence(self) -> int | None:
        """The token of this process's lead; None while it has none."""
        return self._lease.fence if self._lease and self._lease.held and self.is_known else None

    @property
    def renewal_in_seconds(self) -> float:
        """When to call ``hold`` again."""
        return max(0.0, self._renew_at - self._clock())

    async def hold(self) -> int | None:
        """Take or renew the lead, when it is time to; returns the fence. An outage is only logged."""
        asked_at = self._clock()
        if asked_at >= self._renew_at:
            call = take_lease(self.keys, self._role, self._holder, self._length)
            try:
                self._learn(await self.store.run(call), asked_at)
            except ROUND_FAILURES as error:
                self._renew_at = self._clock() + RETRY_SECONDS
                warn_of(_log, "lead not renewed; trying again", error, role=self._role)
        return self.fence

    def lose(self) -> None:
        """Forget the lead, because somebody else was found to have it."""
        self._known_until = self._renew_at = self._clock()

    async def give_up(self) -> None:
        """Let another process take over without waiting for the lease to end."""
        self.lose()
        # Where this fails, the lease just ends.
        with suppress(*ROUND_FAILURES):
            await self.store.run(give_up_lease(self.keys, self._role, self._holder))

    def _learn(self, lease: Lease, asked_at: float) -> None:
        known = self._lease and (self._lease.held, self._lease.fence)
        if known != (lease.held, lease.fence):
            _log.info("leads" if lease.held else "stands by", role=self._role, fence=lease.fence)
        self._lease = lease
        # Counted from before the question, so never longer than the server counts.
        self._known_until = asked_at + lease.left_seconds
        renewal_seconds = self._length.total_seconds() / RENEWALS_PER_LEASE
        self._renew_at = asked_at + min(renewal_seconds, lease.left_seconds)
