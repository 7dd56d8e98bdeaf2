"""When a task runs by itself: in slots of one length, or by the fields of a cron expression."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from .duration import duration_in_words
from .errors import ConfigurationError

SHORTEST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(days=366)
EXPRESSION_MAXIMUM: Final = 200
# No clock is set by more than this, save once in a lifetime.
CHANGE_SECONDS: Final = 3 * 3600

_CRON_FORM: Final = (
    "it takes five fields (minute, hour, day of month, month, day of week), as in '0 3 * * mon-fri'"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of a scheduled task: due at ``start``, until ``end``, in seconds since 1970.

    ``number`` tells it from the task's other slots.
    """

    number: int
    start: float
    end: float


class Schedule(Protocol):
    """A division of time into slots, on which all schedulers agree."""

    def slot_at(self, now: float) -> Slot:
        """The slot that ``now`` lies in: start <= now < end."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Slots of one length, counted from 1970."""

    length: timedelta

    def __post_init__(self) -> None:
        if not SHORTEST <= self.length <= LONGEST:
            message = f"every={self.length!r} is no length of slots; make it a second to a year"
            raise ConfigurationError(message)

    def __str__(self) -> str:
        return f"every {duration_in_words(self.length)}"

    def slot_at(self, now: float) -> Slot:
        length = self.length.total_seconds()
        number = int(now // length)
        return Slot(number, number * length, (number + 1) * length)


@dataclass(frozen=True, slots=True)
class Cron:
    """Slots that begin at the local times of a cron expression.

    With `*` as its hour it follows time as it passes. Any other follows the clock on the wall: a
    time that a change of the clock skips is due right after the gap, one that comes twice is due
    the first time.
    """

    expression: str
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as error:
            message = (
                f"timezone={self.timezone!r} is not known here; take a name like 'Europe/Berlin', "
                f"and where the system has no time zones, add the package tzdata"
            )
            raise ConfigurationError(message) from error
        if (fault := _fault(self.expression, zone)) is not None:
            message = f"cron={self.expression!r} {fault}; {_CRON_FORM}"
            raise ConfigurationError(message)

    def __str__(self) -> str:
        return f"cron {self.expression} ({self.timezone})"

    def slot_at(self, now: float) -> Slot:
        zone, expression = ZoneInfo(self.timezone), _pinned(self.expression)
        # Looking back is not to be trusted near a change of the clock, so look from before it.
        moment = datetime.fromtimestamp(now - CHANGE_SECONDS, zone)
        before = next(CronSim(expression, moment, reverse=True), None)
        start = 0.0 if before is None else before.timestamp()
        for each in CronSim(expression, before or moment):
            if each.timestamp() > now:
                return Slot(int(start), start, each.timestamp())
            start = each.timestamp()
        return Slot(int(start), start, math.inf)


def _fault(expression: str, zone: ZoneInfo) -> str | None:
    if len(expression) > EXPRESSION_MAXIMUM or len(expression.split()) != 5:
        return "has not five fields"
    try:
        comes = next(CronSim(_pinned(expression), datetime.now(UTC).astimezone(zone)), None)
    except (CronSimError, AssertionError, ValueError) as error:
        return f"has a {str(error).lower()}" if isinstance(error, CronSimError) else "is not clear"
    return "never comes" if comes is None else None


def _pinned(expression: str) -> str:
    """The same times, said without the stars that would make the library follow time that passes."""
    minute, hour, *days = expression.split()
    if hour == "*":
        return expression
    return " ".join((minute.replace("*", "0-59"), hour.replace("*", "0-23"), *days))
