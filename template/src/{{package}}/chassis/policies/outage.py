"""What becomes of a guarded call while Valkey does not answer: each policy's own way, told once."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from math import floor
from typing import Final

from ..contracts import Policy, RateLimited, StoreUnavailable
from ..observability import get_secure_logger
from ..stores import Step
from .rate_limit import RateLimit

# Without the store they could promise nothing: a second run, a debt nobody booked. All other
# policies let a call through; a rate limit is then kept by each process on its own.
CLOSED: Final = frozenset({"idempotent", "credits"})
# Once it has not answered, calls do not wait for it for so long.
ASK_AGAIN_SECONDS: Final = 1.0
SUBJECTS_MAXIMUM: Final = 10_000

# A policy, and what it asked of the script for one call.
Asked = tuple[Policy, Step]

_log = get_secure_logger(__name__)


def next_arrival(
    arrival: float, now: float, interval: float, burst: int, cost: int
) -> tuple[float, float]:
    """GCRA on this process's clock: the new theoretical arrival time, and the seconds to wait.

    A call that has to wait moves nothing.
    """
    arrival = max(arrival, now)
    allowed_from = arrival + interval * (cost - burst)
    if allowed_from > now:
        return arrival, allowed_from - now
    return arrival + interval * cost, 0.0


class Outages:
    """Knows whether the store answers, and keeps rate limits meanwhile. One per process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._failed_at: float | None = None
        self._arrivals: OrderedDict[str, float] = OrderedDict()

    @property
    def is_fresh(self) -> bool:
        """Whether the store has just failed, so that asking it again is not worth the wait."""
        failed_at = self._failed_at
        return failed_at is not None and self.clock() - failed_at < ASK_AGAIN_SECONDS

    def failed(self, error: StoreUnavailable) -> None:
        """The store did not answer."""
        if self._failed_at is None:
            _log.warning(
                "valkey does not answer guarded calls; each policy has its own way from here",
                closed=sorted(CLOSED),
                error=str(error),
            )
        self._failed_at = self.clock()

    def answered(self) -> None:
        """The store answered."""
        if self._failed_at is not None:
            self._failed_at = None
            self._arrivals.clear()
            _log.info("valkey answers guarded calls again")

    def pass_without_store(self, task: str, asked: Sequence[Asked]) -> None:
        """Let one call through that no closed policy guards. Raises RateLimited."""
        for policy, step in asked:
            if isinstance(policy, RateLimit):
                self._take(task, step, policy.options.outage_share)

    def _take(self, task: str, step: Step, share: float) -> None:
        interval_us, cost = int(step.numbers["interval_us"]), int(step.numbers["cost"])
        subject = step.keys[0]
        arrival, wait = next_arrival(
            self._arrivals.pop(subject, 0.0),
            self.clock(),
            interval_us / 1_000_000 / share,
            max(cost, floor(int(step.numbers["burst"]) * share)),
            cost,
        )
        self._arrivals[subject] = arrival
        if len(self._arrivals) > SUBJECTS_MAXIMUM:
            self._arrivals.popitem(last=False)
        if wait:
            message = (
                f"the rate limit of '{task}' is reached; while the store does not answer, each "
                f"process lets {share:.0%} of it through"
            )
            raise RateLimited(message, retry_after_seconds=wait)


def is_closed(asked: Sequence[Asked]) -> bool:
    """Whether a plan needs the store: it takes the strictest of its parts."""
    return any(policy.name in CLOSED for policy, _ in asked)
