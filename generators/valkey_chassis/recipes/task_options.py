"""The policies of a task as words of the command line: read and checked."""

import datetime as dt
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..errors import UsageRefused
from ..fields import literals
from ..inventory import DEFAULT_QUEUES, Kind
from ..names import did_you_mean
from .task_schedule import read_option, read_schedule

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
    "credit_type",
    "retry",
    "timeout",
    "total",
    "roles",
    "scopes",
    "cache",
    "concurrency",
    "breaker",
    "formerly",
)
MAX_ABOUT: Final = 80
MAX_NAMES: Final = 16
# Latin letters with accents too, but for those that linters take for others (a dotless i, a long s).
_ABOUT: Final = re.compile(r"[ !#-\[\]-~\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0130\u0132-\u017e]*")
_QUEUE: Final = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*", re.ASCII)
_RATE: Final = re.compile(r"[1-9][0-9]{0,8}/(second|minute|hour|day)(/(user|tenant|task))?")
_WIRE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
# As the chassis takes a dependency; roles and scopes are held to the same form.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", re.ASCII)
_DAY_SECONDS: Final = 86_400
LONGEST_RETENTION: Final = dt.timedelta(days=90)


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
    # One of these names is enough.
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    cache: dt.timedelta | None
    concurrency: int | None
    # The dependency whose circuit it shares, empty without one.
    breaker: str
    # What its credits are called; empty for the task's own name.
    credit_type: str
    # Names on the wire that it had, oldest first.
    formerly: tuple[str, ...]


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
    policies.add_argument(
        "--credit-type", metavar="NAME", help="what they are called; default: the task's name"
    )
    policies.add_argument("--retry", metavar="N", help="runs in all, the first included")
    policies.add_argument("--timeout", metavar="SECONDS", help="limit of one attempt")
    policies.add_argument("--total", metavar="SECONDS", help="limit of all attempts together")
    policies.add_argument("--roles", metavar="NAMES", help="billing,finance: one of them is needed")
    policies.add_argument("--scopes", metavar="NAMES", help="the same of a key's scopes")
    policies.add_argument("--cache", metavar="DURATION", help="answer equal arguments for so long")
    policies.add_argument("--concurrency", metavar="N", help="of one user, queued or running")
    policies.add_argument(
        "--breaker", metavar="NAME", help="the dependency whose circuit it shares"
    )
    where.add_argument(
        "--formerly", metavar="NAMES", help="names that it had, oldest first, joined by commas"
    )


def read_options(given: Namespace) -> TaskOptions:
    """The options of a command line. Raises UsageRefused naming the option and what it allows."""
    kind: Kind = "sync" if given.cpu else "async"
    options = TaskOptions(
        about=read_about(given.about),
        kind=kind,
        queue=read_option("--queue", given.queue, _queue) or DEFAULT_QUEUES[kind],
        priority=read_option("--priority", given.priority, _priority),
        schedule=read_schedule(given.schedule, given.timezone),
        rate_limit=read_option("--rate-limit", given.rate_limit, _rate) or "",
        idempotent=read_option("--idempotent", given.idempotent, _retention),
        credits=read_option("--credits", given.credits, _whole(1, 10**9)),
        retry=read_option("--retry", given.retry, _whole(2, 100)),
        timeout=read_option("--timeout", given.timeout, _seconds),
        total=read_option("--total", given.total, _seconds),
        roles=read_option("--roles", given.roles, _names) or (),
        scopes=read_option("--scopes", given.scopes, _names) or (),
        cache=read_option("--cache", given.cache, _retention),
        concurrency=read_option("--concurrency", given.concurrency, _whole(1, 1_000_000)),
        breaker=read_option("--breaker", given.breaker, _dependency) or "",
        credit_type=read_option("--credit-type", given.credit_type, _dependency) or "",
        formerly=read_option("--formerly", given.formerly, _former_names) or (),
    )
    if options.timeout and options.total and options.timeout > options.total:
        raise UsageRefused(
            f"--timeout {options.timeout:g} is above --total {options.total:g}",
            "one attempt has to fit into the time of all of them",
        )
    if options.credit_type and not options.credits:
        raise UsageRefused(
            f"--credit-type {options.credit_type} belongs to credits, and none are held",
            "leave it out, or give --credits 1",
        )
    return options


def _about(text: str) -> str:
    if len(text) > MAX_ABOUT or not _ABOUT.fullmatch(text):
        raise ValueError(
            f"one line of at most {MAX_ABOUT} Latin letters, accents too, digits and signs of ASCII, "
            "without quotes and backslashes"
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
    return read_option("--about", text, _about) or ""


def _rate(text: str) -> str:
    if not _RATE.fullmatch(text):
        raise ValueError(
            "COUNT/second, /minute, /hour or /day, then /user (as without), /tenant or /task"
        )
    return text


def _retention(text: str) -> dt.timedelta:
    retention = literals.read_duration(text)
    if not dt.timedelta(seconds=1) <= retention <= LONGEST_RETENTION:
        raise ValueError("a duration from 1s to 90d, such as 24h")
    return retention


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if (
        len(set(names)) < len(names)
        or len(names) > MAX_NAMES
        or not all(map(_NAME.fullmatch, names))
    ):
        raise ValueError(
            f"at most {MAX_NAMES} names joined by commas, of letters, digits and ._:-, none twice"
        )
    return names


def _former_names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if len(set(names)) < len(names) or len(names) > 8 or not all(map(_WIRE_NAME.fullmatch, names)):
        raise ValueError("at most 8 names of tasks joined by commas, none twice")
    return names


def _dependency(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("at most 64 letters, digits and ._:-, such as payments-api")
    return text


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
