"""Which policies fit together on one task; what does not names the task, the policies, the way out.

A conflict is an error at decoration. Advice is what fits and is still seldom meant: it is logged at
start-up, and `doctor` and `tasks --explain` show it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel

from ..contracts import Policy, PolicyConflict, Schedule, TaskResult, duration_in_words
from .fallback import Fallback


@dataclass(frozen=True, slots=True)
class Fitting:
    """What is looked at: a task's policies and models, when it is submitted, how often queued again."""

    task: str
    policies: tuple[Policy, ...]
    arguments: type[BaseModel] | None = None
    result: type[BaseModel] | None = None
    retries: int = 0
    schedule: Schedule | None = None

    def has(self, name: str) -> bool:
        """Whether a policy of that name is among them."""
        return any(policy.name == name for policy in self.policies)

    def option(self, name: str, option: str, otherwise: Any = None) -> Any:  # of any option's type
        """An option of the first policy of that name; ``otherwise`` without one."""
        found = (
            getattr(each.options, option, otherwise) for each in self.policies if each.name == name
        )
        return next(found, otherwise)

    @property
    def body_seconds(self) -> float:
        """The longest that the timeouts let one delivery run; 0 where nothing limits it."""
        total, attempt = (self.option("timeout", limit) for limit in ("total", "attempt"))
        return float(total or attempt or 0)


Check = Callable[[Fitting], Iterator[str]]


def refuse_conflicts(fitting: Fitting) -> None:
    """Raises PolicyConflict with all that does not fit."""
    if found := _found(fitting, _CONFLICTS):
        raise PolicyConflict("; ".join(found))


def advice(fitting: Fitting) -> tuple[str, ...]:
    """What is seldom meant, each with its way out."""
    return tuple(_found(fitting, _ADVICE))


def label_of(policy: Policy) -> str:
    """The policy as its author knows it, with its scope where there may be several."""
    return f"{policy.name}({policy.scope})" if policy.scope else policy.name


def _found(fitting: Fitting, checks: tuple[Check, ...]) -> list[str]:
    return [f"task '{fitting.task}' {told}" for check in checks for told in check(fitting)]


def _twins(fitting: Fitting) -> Iterator[str]:
    for label, count in Counter(map(label_of, fitting.policies)).items():
        if count > 1:
            yield f"carries @{label} {count} times; keep one"


def _unknown_fields(fitting: Fitting) -> Iterator[str]:
    known = frozenset(fitting.arguments.model_fields) if fitting.arguments else frozenset()
    unknown = sorted(set(fitting.option("idempotent", "fields", ())) - known)
    if unknown:
        yield (
            f"has idempotent(fields=...), which names {', '.join(unknown)}, "
            f"but its arguments are {', '.join(sorted(known)) or 'none'}"
        )


def _fallback_of_another_result(fitting: Fitting) -> Iterator[str]:
    for policy in fitting.policies:
        if not isinstance(policy, Fallback) or fitting.result is None:
            continue
        found = policy.answer
        if isinstance(found, TaskResult) and not isinstance(found, fitting.result):
            yield (
                f"has a @fallback of type {type(found).__name__}, but its result is a "
                f"{fitting.result.__name__}; give one of those"
            )


def _multiplied_attempts(fitting: Fitting) -> Iterator[str]:
    attempts = fitting.option("retry", "attempts", 1)
    if fitting.retries and attempts > 1:
        yield (
            f"multiplies its attempts: @task(retries={fitting.retries}) queues it again after "
            f"@retry(attempts={attempts}), which makes up to {(fitting.retries + 1) * attempts} "
            f"attempts; keep one of the two"
        )


def _charged_twice(fitting: Fitting) -> Iterator[str]:
    if fitting.has("credits") and not fitting.has("idempotent"):
        yield (
            "carries @credits without @idempotent: a caller who repeats a request that was lost "
            "pays twice; add @idempotent"
        )


def _short_leases(fitting: Fitting) -> Iterator[str]:
    for name, option in (("concurrency_limit", "lease"), ("credits", "hold_for")):
        kept: timedelta | None = fitting.option(name, option)
        if kept is not None and kept < timedelta(seconds=fitting.body_seconds):
            yield (
                f"may run for {fitting.body_seconds:g} s by its @timeout, longer than "
                f"@{name}({option}={duration_in_words(kept)}), which a worker that cannot renew it "
                f"loses; make it longer"
            )


def _breaker_without_timeout(fitting: Fitting) -> Iterator[str]:
    if fitting.has("circuit_breaker") and not fitting.option("timeout", "attempt"):
        yield (
            "carries @circuit_breaker without @timeout(attempt=...): a dependency that hangs never "
            "counts as a failure; limit each attempt"
        )


def _no_time_for_a_retry(fitting: Fitting) -> Iterator[str]:
    total, attempt = (fitting.option("timeout", limit) for limit in ("total", "attempt"))
    wait = fitting.option("retry", "wait_initial", 0)
    if total and fitting.option("retry", "attempts", 1) > 1 and (attempt or 0) + wait >= total:
        taken = f"a first wait of {wait:g} s takes"
        if attempt:
            taken = f"an attempt of {attempt:g} s and a first wait of {wait:g} s take"
        yield (
            f"has no time for a second attempt: {taken} all of @timeout(total={total:g}); raise "
            f"it, or lower the rest"
        )


def _answered_slots(fitting: Fitting) -> Iterator[str]:
    if fitting.schedule is None:
        return
    # Slots may differ in length, as months do; one is as good as another to tell hours from days.
    slot = fitting.schedule.slot_at(0.0)
    for name, option in (("cached", "ttl"), ("idempotent", "retention")):
        kept: timedelta | None = fitting.option(name, option)
        has_key = name == "cached" or fitting.option(name, "fields")
        if kept is not None and has_key and kept.total_seconds() >= slot.end - slot.start:
            yield (
                f"has a schedule ({fitting.schedule}), which submits the same arguments each time: "
                f"@{name}({option}={duration_in_words(kept)}) answers them without a run; make it "
                f"shorter than a slot, or leave it out"
            )


_CONFLICTS: Final[tuple[Check, ...]] = (_twins, _unknown_fields, _fallback_of_another_result)
_ADVICE: Final[tuple[Check, ...]] = (
    _multiplied_attempts,
    _charged_twice,
    _short_leases,
    _breaker_without_timeout,
    _no_time_for_a_retry,
    _answered_slots,
)
