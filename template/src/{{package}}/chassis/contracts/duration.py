"""Durations in words."""

from datetime import timedelta

_UNITS = ((86_400, "d"), (3600, "h"), (60, "m"))


def duration_in_words(duration: timedelta) -> str:
    """As people write it, in the largest unit that leaves no rest: `90s`, `24h`, `30d`."""
    seconds = duration.total_seconds()
    for length, unit in _UNITS:
        # A single day reads as 24h, as it is written in the source.
        if seconds and seconds % length == 0 and (unit != "d" or seconds > length):
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:.15g}s"
