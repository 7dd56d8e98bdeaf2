"""Why each policy of a task is there, what a caller meets when it refuses, and which variable changes it."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from .task_options import LONGEST_RETENTION, TaskOptions


class PolicyReason(NamedTuple):
    """One row of the table in a task's page. ``variable`` is empty where the source alone says it."""

    name: str
    page: str
    why: str
    refuses: str
    variable: str


def policy_reasons(
    options: TaskOptions, task: str, names: tuple[str, ...]
) -> tuple[PolicyReason, ...]:
    """A row for each of the chosen policies, in the order of ``names``."""
    return tuple(_reason(options, f"TASK_{task.upper()}__", name) for name in names)


def _reason(options: TaskOptions, prefix: str, name: str) -> PolicyReason:
    why, refuses, variable = _WORDS[name](options)
    page = "permissions" if name.startswith("require_") else name
    return PolicyReason(name, page, why, refuses, f"{prefix}{variable}" if variable else "")


_Words = tuple[str, str, str]


def _roles(options: TaskOptions) -> _Words:
    return (
        f"only callers with the role {_any_of(options.roles)} may submit it",
        "403 `not-authorized`; asked again when the body begins",
        "",
    )


def _scopes(options: TaskOptions) -> _Words:
    return (
        f"only API keys with the scope {_any_of(options.scopes)} may submit it",
        "403 `not-authorized`; asked again when the body begins",
        "",
    )


def _idempotent(options: TaskOptions) -> _Words:
    return (
        "a request that is sent twice runs once; the second gets the first one's result",
        "409 `idempotency-conflict` while the first still runs, 422 `idempotency-mismatch` for others",
        f"IDEMPOTENT__RETENTION={_twice_as_long(options.idempotent)}",
    )


def _rate_limit(options: TaskOptions) -> _Words:
    rate, period, whose = (*options.rate_limit.split("/"), "user")[:3]
    kept = {
        "user": "one user's burst leaves room for the others",
        "tenant": "one tenant's burst leaves room for the others; it counts all tasks that are limited so",
        "task": "all users of a tenant together stay below what the work behind it can take",
    }
    return (
        f"{_counted(rate, 'submission')} a {period}: {kept[whose]}",
        "429 `rate-limited`; `Retry-After` says when",
        f"RATE_LIMIT__RATE={_twice(int(rate), 10**9 - 1)}/{period}",
    )


def _concurrency(options: TaskOptions) -> _Words:
    limit = options.concurrency or 1
    return (
        f"a user has at most {limit} of them queued or running, so a queue is never one user's alone",
        "429 `concurrency-limited`; a place is free when one of them ends",
        f"CONCURRENCY_LIMIT__LIMIT={_twice(limit, 10**6)}",
    )


def _cached(options: TaskOptions) -> _Words:
    return (
        "equal arguments of the same user are answered at once, without a run",
        "refuses nobody: 200 with `cached` instead of 202",
        f"CACHED__TTL={_twice_as_long(options.cache)}",
    )


def _credits(options: TaskOptions) -> _Words:
    held = _counted(options.credits or 1, "credit")
    kind = f" of the type `{options.credit_type}`" if options.credit_type else ""
    return (
        f"{held}{kind} held at submission, charged when it succeeds, given back when it does not",
        "402 `credits-exhausted`; nothing is held",
        f"CREDITS__ESTIMATE={_twice(options.credits or 1, 10**9)}",
    )


def _timeout(options: TaskOptions) -> _Words:
    limits = {"one attempt": options.timeout, "all attempts together": options.total}
    said = " and ".join(
        f"{_counted(f'{limit:g}', 'second')} for {what}"
        for what, limit in limits.items()
        if limit is not None
    )
    # The whole is what a caller waits for, where there is one.
    name, limit = (
        ("ATTEMPT", options.timeout) if options.total is None else ("TOTAL", options.total)
    )
    return (
        f"{said}: a body that hangs gives its worker back",
        "the execution is `failed`; a total that has passed is not tried again",
        f"TIMEOUT__{name}={_twice(limit or 1, 86_400):g}",
    )


def _retry(options: TaskOptions) -> _Words:
    attempts = options.retry or 2
    return (
        f"up to {attempts} attempts, with longer and longer waits: what fails for a moment is no failure",
        "the execution is `failed` after the last one; `TaskFailed` ends it at once",
        f"RETRY__ATTEMPTS={_twice(attempts, 100)}",
    )


def _breaker(options: TaskOptions) -> _Words:
    return (
        f"while `{options.breaker}` fails, nobody waits for it; tasks that name it share its circuit",
        "503 `circuit-open` with `Retry-After`; nothing is held",
        "CIRCUIT_BREAKER__BREAK_DURATION=PT30S",
    )


_WORDS: Final[Mapping[str, Callable[[TaskOptions], _Words]]] = {
    "require_roles": _roles,
    "require_scopes": _scopes,
    "idempotent": _idempotent,
    "rate_limit": _rate_limit,
    "concurrency_limit": _concurrency,
    "cached": _cached,
    "credits": _credits,
    "timeout": _timeout,
    "retry": _retry,
    "circuit_breaker": _breaker,
}


def _twice(number: float, most: float) -> float:
    return min(number * 2, most)


def _twice_as_long(length: dt.timedelta | None) -> str:
    seconds = _twice((length or dt.timedelta()).total_seconds(), LONGEST_RETENTION.total_seconds())
    for letter, unit in (("H", 3600), ("M", 60)):
        if not seconds % unit:
            return f"PT{seconds / unit:.0f}{letter}"
    return f"PT{seconds:g}S"


def _any_of(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _counted(count: int | str, word: str) -> str:
    return f"{count} {word}" if str(count) == "1" else f"{count} {word}s"
