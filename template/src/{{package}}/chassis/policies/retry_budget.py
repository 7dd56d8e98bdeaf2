"""How many retries a dependency has to bear: a share of its calls, whatever each task allows itself."""

import threading
from collections.abc import Callable
from typing import Final

# Retries at once, after a quiet time.
BURST: Final = 10.0


class RetryBudget:
    """A token bucket: each call pays in its share, time pays in a little, each retry takes one.

    A retry is taken before its wait, so that those who wait count as well.
    """

    def __init__(self, share: float, per_second: float, clock: Callable[[], float]) -> None:
        self._share = share
        self._per_second = per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = BURST
        self._filled_at = clock()

    def pay_in(self) -> None:
        """A call is made for the first time."""
        with self._lock:
            self._tokens = min(BURST, self._tokens + self._share)

    def take(self) -> bool:
        """Whether one more retry is affordable; it is then taken."""
        with self._lock:
            now = self._clock()
            grown = self._tokens + (now - self._filled_at) * self._per_second
            self._tokens, self._filled_at = min(BURST, grown), now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class RetryBudgets:
    """One budget per name, for one process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._budgets: dict[str, RetryBudget] = {}

    def of(self, name: str, share: float, per_second: float) -> RetryBudget:
        """The budget of that name; whoever names it first says how large it is."""
        found = self._budgets.get(name)
        if found is None:
            made = RetryBudget(share, per_second, self._clock)
            found = self._budgets.setdefault(name, made)
        return found
