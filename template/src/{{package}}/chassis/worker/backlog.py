"""How much waits in the queues, as this process read it last: what load shedding decides by."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ..contracts import Priority
from ..policies import excess, retry_after_seconds
from ..stores import Call, count_waiting
from .message import Messages

# A queue is read that often at most, by each process that submits into it.
READ_EVERY_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages wait in a queue? Asked of the broker's server."""

    call: Call[int]


@dataclass(slots=True)
class _Reading:
    noted_at: float
    asked_at: float = 0.0
    waiting: int = 0
    drained_per_second: float = 0.0


class Backlogs:
    """Of one process. ``maximum`` is the most that may wait in one queue; 0 reads and sheds nothing."""

    def __init__(
        self, messages: Messages, maximum: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._messages = messages
        self._maximum = maximum
        self._clock = clock
        self._readings: dict[str, _Reading] = {}

    def outdated(self, queues: Iterable[str]) -> dict[str, Waiting]:
        """What has to be read again, each queue by one caller alone; all others go by what was read."""
        if not self._maximum:
            return {}
        now = self._clock()
        found = {}
        for queue in queues:
            reading = self._readings.get(queue)
            if reading is None:
                reading = self._readings[queue] = _Reading(noted_at=now)
            elif now - reading.asked_at < READ_EVERY_SECONDS:
                continue
            reading.asked_at = now
            found[queue] = self._waiting(queue)
        return found

    def note(self, queue: str, waiting: int) -> None:
        """What was read."""
        reading, now = self._readings[queue], self._clock()
        passed = now - reading.noted_at
        gone = reading.waiting - waiting
        reading.drained_per_second = gone / passed if passed > 0 else 0.0
        reading.noted_at, reading.waiting = now, waiting

    def wait_seconds(self, queue: str, priority: int) -> float:
        """After how long a submission may be taken that is turned away now; 0 when it is not."""
        reading = self._readings.get(queue)
        too_many = excess(priority, reading.waiting, self._maximum) if reading else 0
        if reading is None or not too_many:
            return 0.0
        return retry_after_seconds(too_many, reading.drained_per_second)

    def _waiting(self, queue: str) -> Waiting:
        keys = tuple(self._messages.queue_key(queue, priority) for priority in Priority)
        return Waiting(count_waiting(keys))
