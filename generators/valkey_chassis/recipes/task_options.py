"""The policies of a task as words of the command line: read, checked, and written as decorators."""

import datetime as dt
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ..errors import UsageRefused
from ..fields import literals
from ..inventory import DEFAULT_QUEUES, Kind
from ..names import did_you_mean

PRIORITIES: Final = ("critical", "high", "normal", "low")
# What an item notes of a command line.
OPTIONS: Final = (
    "about",
    "cpu",
    "queue",
    "priority",
    "schedule",
    "timezone",
    "rate_limit",
    "idempotent",
    "credits",
    "retry",
    "timeout",
    "total",
)
MAX_ABOUT: Final = 80
_QUEUE: Final = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*", re.ASCII)
_RATE: Final = re.compile(r"[1-9][0-9]{0,8}/(second|minute|hour|day)(/(user|tenant|task))?")
_WHEN_ALLOWED: Final = "a duration of 1s or more, such as 30m, or five fields of cron: minute, hour, day, month, weekday"
_CRON_FIELD: Final = re.compile(r"[0-9A-Za-z*/,#-]{1,40}", re.ASCII)
_DAY_SECONDS: Final = 86_400
_NINETY_DAYS: Final = dt.timedelta(days=90)


class PolicyLine(NamedTuple):
    """A policy as it stands above the function; ``name`` is what the task reports."""

    name: str
    decorator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """What was chosen for a task, checked; None and empty mean that it was not."""

    about: str
    kind: Kind
    queue: str
    priority: str
    # As `@task` takes it, empty without one.
    schedule: str
    rate_limit: str
    idempotent: dt.timedelta | None
    credits: int | None
    retry: int | None
    timeout: float | None
    total: float | None

    def policies(self, task: str, idempotency_fields: tuple[str, ...]) -> Iterator[PolicyLine]:
        """The decorators, in the order in which they act."""
        if self.rate_limit:
            rate, _, per = self.rate_limit.partition("/")
            period, _, per = per.partition("/")
            line = f'@rate_limit("{rate}/{period}", per="{per or "user"}")'
            yield PolicyLine("rate_limit", line)
        if self.idempotent is not None:
            chosen = [f"retention={literals.write_duration(self.idempotent)}"]
            if idempotency_fields:
                names = ", ".join(f'"{name}"' for name in idempotency_fields)
                chosen.append(f"fields=({names},)")
            yield PolicyLine("idempotent", f"@idempotent({', '.join(chosen)})")
        if self.credits is not None:
            yield PolicyLine("credits", f'@credits("{task}", estimate={self.credits})')
        if self.retry is not None:
            line = f"@retry(attempts={self.retry}, wait_initial=0.5, wait_max=30)"
            yield PolicyLine("retry", line)
        if self.timeout is not None or self.total is not None:
            pairs = {"attempt": self.timeout, "total": self.total}
            limits = [f"{name}={value:g}" for name, value in pairs.items() if value is not None]
            yield PolicyLine("timeout", f"@timeout({', '.join(limits)})")


def add_arguments(parser: ArgumentParser, *, scheduled: bool = False) -> None:
    """The options of ``gen task``; a scheduled one is asked for its schedule elsewhere."""
    parser.add_argument("--about", default="", metavar="TEXT", help="what it does, one sentence")
    where = parser.add_argument_group("where it runs")
    where.add_argument(
        "--cpu", action="store_true", help="a `def` in a process of its own, for computing"
    )
    where.add_argument("--queue", metavar="NAME", help="default: 'default', with --cpu 'cpu'")
    where.add_argument(
        "--priority", default="normal", metavar="WORD", help=f"one of {', '.join(PRIORITIES)}"
    )
    if not scheduled:
        where.add_argument("--schedule", metavar="WHEN", help="each 30m, or '0 3 * * *' (cron)")
    where.add_argument("--timezone", metavar="ZONE", help="of a cron expression; default: UTC")
    policies = parser.add_argument_group("policies")
    policies.add_argument("--rate-limit", metavar="RATE", help="100/minute or 100/minute/tenant")
    policies.add_argument("--idempotent", metavar="DURATION", help="keep results, such as 24h")
    policies.add_argument("--credits", metavar="N", help="credits held for each submission")
    policies.add_argument("--retry", metavar="N", help="runs in all, the first included")
    policies.add_argument("--timeout", metavar="SECONDS", help="limit of one attempt")
    policies.add_argument("--total", metavar="SECONDS", help="limit of all attempts together")


def read_options(given: Namespace) -> TaskOptions:
    """The options of a command line. Raises UsageRefused naming the option and what it allows."""
    kind: Kind = "sync" if given.cpu else "async"
    options = TaskOptions(
        about=read_about(given.about),
        kind=kind,
        queue=_read("--queue", given.queue, _queue) or DEFAULT_QUEUES[kind],
        priority=_read("--priority", given.priority, _priority),
        schedule=_schedule(given.schedule, given.timezone),
        rate_limit=_read("--rate-limit", given.rate_limit, _rate) or "",
        idempotent=_read("--idempotent", given.idempotent, _retention),
        credits=_read("--credits", given.credits, _whole(1, 10**9)),
        retry=_read("--retry", given.retry, _whole(2, 100)),
        timeout=_read("--timeout", given.timeout, _seconds),
        total=_read("--total", given.total, _seconds),
    )
    if options.timeout and options.total and options.timeout > options.total:
        raise UsageRefused(
            f"--timeout {options.timeout:g} is above --total {options.total:g}",
            "one attempt has to fit into the time of all of them",
        )
    return options


def _read(option: str, text: str | None, read: Callable[[str], Any]) -> Any:
    # `Any`: each reader gives the type of its own option.
    if text is None:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise UsageRefused(f"{option} cannot be {text!r}", f"allowed: {error}") from None


def _about(text: str) -> str:
    plain = all(" " <= letter <= "~" for letter in text) and not set(text) & set('"\\')
    if len(text) > MAX_ABOUT or not plain:
        raise ValueError(
            f"one line of at most {MAX_ABOUT} plain ASCII characters without quotes or backslashes"
        )
    sentence = text.strip().rstrip(".")
    return sentence[:1].upper() + sentence[1:]


def _queue(text: str) -> str:
    if not _QUEUE.fullmatch(text) or len(text) > 40:
        raise ValueError("words of a-z and 0-9 joined by - or _, at most 40 characters")
    return text


def _priority(text: str) -> str:
    if text not in PRIORITIES:
        hint = did_you_mean(text, PRIORITIES)
        raise ValueError(", ".join(PRIORITIES) + (f"; {hint}" if hint else ""))
    return text


def read_about(text: str) -> str:
    """The sentence of ``--about``, empty without one. Raises UsageRefused."""
    return _read("--about", text, _about) or ""


def _schedule(when: str | None, zone: str | None) -> str:
    written: str = _read("--schedule", when, _when) or ""
    if zone is None:
        return written
    if not written.startswith("cron="):
        raise UsageRefused(
            f"--timezone {zone} belongs to a cron expression, and there is none",
            "leave it out, or give --schedule '0 3 * * *'",
        )
    return f"{written}, timezone={_read('--timezone', zone, _zone)!r}".replace("'", '"')


def _when(text: str) -> str:
    fields = text.split()
    if len(fields) == 1:
        return f"every={literals.write_duration(_every(text))}"
    if len(fields) != 5 or not all(_CRON_FIELD.fullmatch(field) for field in fields):
        raise ValueError(_WHEN_ALLOWED)
    return f'cron="{" ".join(fields)}"'


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


def _rate(text: str) -> str:
    if not _RATE.fullmatch(text):
        raise ValueError(
            "COUNT/second, /minute, /hour or /day, then /user (as without), /tenant or /task"
        )
    return text


def _retention(text: str) -> dt.timedelta:
    retention = literals.read_duration(text)
    if not dt.timedelta(seconds=1) <= retention <= _NINETY_DAYS:
        raise ValueError("a duration from 1s to 90d, such as 24h")
    return retention


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = literals.read_int(text)
        if not least <= number <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return number

    return read


def _seconds(text: str) -> float:
    seconds = literals.read_float(text.removesuffix("s"))
    if not 0.001 <= seconds <= _DAY_SECONDS:
        raise ValueError(f"seconds from 0.001 to {_DAY_SECONDS}, such as 30 or 30s")
    return seconds
