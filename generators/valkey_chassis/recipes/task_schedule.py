"""Reads when a task is due, as `--schedule` and `--timezone` say it; and any option that may be wrong."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, Final

from ..errors import UsageRefused
from ..fields import literals
from .cron import cron_of

_WHEN_ALLOWED: Final = "a duration of 1s or more, such as 30m, or five fields of cron: minute, hour, day, month, weekday"
_CRON_FIELD: Final = re.compile(r"[0-9A-Za-z*/,#-]{1,40}", re.ASCII)


def read_schedule(when: str | None, zone: str | None) -> str:
    """``--schedule`` with its ``--timezone`` as `@task` takes it. Raises UsageRefused."""
    written: str = read_option("--schedule", when, _when) or ""
    if zone is None:
        return written
    if not written.startswith("cron="):
        raise UsageRefused(
            f"--timezone {zone} belongs to a cron expression, and there is none",
            "leave it out, or give --schedule '0 3 * * *'",
        )
    return f"{written}, timezone={read_option('--timezone', zone, _zone)!r}".replace("'", '"')


def _when(text: str) -> str:
    fields = text.split()
    if len(fields) == 1:
        return f"every={literals.write_duration(_every(text))}"
    if len(fields) != 5 or not all(_CRON_FIELD.fullmatch(field) for field in fields):
        raise ValueError(_WHEN_ALLOWED)
    return f'cron="{cron_of(fields)}"'


def _every(text: str) -> dt.timedelta:
    try:
        every = literals.read_duration(text)
    except ValueError:
        raise ValueError(_WHEN_ALLOWED) from None
    if every < dt.timedelta(seconds=1):
        raise ValueError(_WHEN_ALLOWED)
    return every


def _zone(text: str) -> str:
    # Imported here because few commands need it.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone such as Europe/Berlin") from None
    return text


def read_option(option: str, text: str | None, read: Callable[[str], Any]) -> Any:
    """What an option says. Raises UsageRefused naming it and what it allows."""
    # `Any`: each reader gives the type of its own option.
    if text is None:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise UsageRefused(f"{option} cannot be {text!r}", f"allowed: {error}") from None
