"""What is handed out when: messages fetched ahead wait here for bodies that are about to end."""

from collections import deque
from itertools import islice
from typing import Any, Final

# Reserved is no more than what ended within this time: about as long waits what is reserved.
HORIZON_SECONDS: Final = 0.05
# Bodies that do not end after all must not keep messages from other workers.
PATIENCE_SECONDS: Final = 1.0
# Bodies that take longer run side by side, as many as there is room for.
SHORT_SECONDS: Final = 0.005
# Where bodies are short, one that takes longer is held up with all others, unless it takes so long.
HELD_UP_SECONDS: Final = 0.1
# More than are under way at once, so that one hold-up of them all does not look like longer bodies.
_REMEMBERED: Final = 33


class Reserve:
    """At most ``most`` messages, each with what it was fetched as; times are the caller's."""

    def __init__(self, most: int) -> None:
        self._waiting: deque[tuple[Any, Any, float]] = deque()
        self._ended: deque[float] = deque(maxlen=most)
        # By tag, the oldest first: since when a body may run.
        self._begun: dict[str, float] = {}
        self._took: deque[float] = deque(maxlen=_REMEMBERED)

    def __len__(self) -> int:
        return len(self._waiting)

    def begin(self, tag: str, now: float) -> None:
        """A message is handed out, so its body may run."""
        self._begun[tag] = now

    def end(self, tag: str, now: float) -> None:
        """A body has ended, so another may soon."""
        if (begun := self._begun.pop(tag, None)) is not None:
            self._ended.append(now)
            self._took.append(now - begun)

    def pace(self, now: float) -> int:
        """How many bodies have ended in the last moment: about as many will in the next one."""
        while self._ended and now - self._ended[0] > HORIZON_SECONDS:
            self._ended.popleft()
        return len(self._ended)

    def room(self, now: float) -> int:
        """How many more to fetch ahead, at the pace of the last moment."""
        return self.pace(now) - len(self._waiting)

    def add(self, fetched: Any, message: Any, now: float) -> None:
        """Put one behind the others."""
        self._waiting.append((fetched, message, now))

    def take(self) -> tuple[Any, Any]:
        """The one that came first."""
        fetched, message, _ = self._waiting.popleft()
        return fetched, message

    def take_all(self) -> list[str]:
        """Their tags, to be given back."""
        tags = [message.delivery_tag for _, message, _ in self._waiting]
        self._waiting.clear()
        return tags

    def is_stale(self, now: float) -> bool:
        """Whether the first has waited for too long."""
        return bool(self._waiting) and now - self._waiting[0][2] > PATIENCE_SECONDS

    def piles_up(self, unsent: int, most: int, now: float) -> bool:
        """Whether so many bodies that end at once are under way, or their end is not yet told.

        A crash repeats these. Bodies that take their time do not pile up: they are not ended.
        """
        if not most or len(self._begun) + unsent < most:
            return False
        if not self._are_short():
            return now - next(iter(self._begun.values()), now) < SHORT_SECONDS
        # The youngest that make the pile: one long body in between changes nothing.
        youngest = islice(reversed(self._begun.values()), max(0, most - unsent - 1), None)
        return now - next(youngest, now) < HELD_UP_SECONDS

    def _are_short(self) -> bool:
        """Whether bodies usually end at once."""
        took = sorted(self._took)
        return bool(took) and took[len(took) // 2] < SHORT_SECONDS
