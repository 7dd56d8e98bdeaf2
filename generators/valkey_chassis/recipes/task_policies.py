"""The policies that were chosen for a task, written as decorators."""

from collections.abc import Iterator
from typing import NamedTuple

from ..fields import literals
from ..render import written_tuple
from .task_options import TaskOptions


class PolicyLine(NamedTuple):
    """A policy as it stands above the function; ``name`` is what the task reports."""

    name: str
    decorator: str


def task_line(options: TaskOptions) -> str:
    """The decorator that makes it a task, at the top of all others."""
    chosen = [f'queue="{options.queue}"']
    if options.priority != "normal":
        chosen.append(f"priority=Priority.{options.priority.upper()}")
    if options.schedule:
        chosen.append(options.schedule)
    if options.formerly:
        chosen.append(f"formerly={written_tuple(options.formerly)}")
    return f"@task({', '.join(chosen)})"


def policy_lines(
    options: TaskOptions, task: str, idempotency_fields: tuple[str, ...]
) -> Iterator[PolicyLine]:
    """The decorators, in the order in which they act."""
    if options.roles:
        yield PolicyLine("require_roles", f"@require_roles({_quoted(options.roles)})")
    if options.scopes:
        yield PolicyLine("require_scopes", f"@require_scopes({_quoted(options.scopes)})")
    if options.idempotent is not None:
        chosen = [f"retention={literals.write_duration(options.idempotent)}"]
        if idempotency_fields:
            chosen.append(f"fields=({_quoted(idempotency_fields)},)")
        yield PolicyLine("idempotent", f"@idempotent({', '.join(chosen)})")
    yield from _limits(options)
    if options.credits is not None:
        yield PolicyLine(
            "credits", f'@credits("{options.credit_type or task}", estimate={options.credits})'
        )
    yield from _protections(options)


def _limits(options: TaskOptions) -> Iterator[PolicyLine]:
    if options.rate_limit:
        rate, _, per = options.rate_limit.partition("/")
        period, _, per = per.partition("/")
        line = f'@rate_limit("{rate}/{period}", per="{per or "user"}")'
        yield PolicyLine("rate_limit", line)
    if options.concurrency is not None:
        yield PolicyLine("concurrency_limit", f"@concurrency_limit({options.concurrency})")
    if options.cache is not None:
        yield PolicyLine("cached", f"@cached({literals.write_duration(options.cache)})")


def _protections(options: TaskOptions) -> Iterator[PolicyLine]:
    if options.timeout is not None or options.total is not None:
        pairs = {"attempt": options.timeout, "total": options.total}
        limits = [f"{name}={value:g}" for name, value in pairs.items() if value is not None]
        yield PolicyLine("timeout", f"@timeout({', '.join(limits)})")
    if options.retry is not None:
        line = f"@retry(attempts={options.retry}, wait_initial=0.5, wait_max=30)"
        yield PolicyLine("retry", line)
    if options.breaker:
        yield PolicyLine("circuit_breaker", f'@circuit_breaker("{options.breaker}")')


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
