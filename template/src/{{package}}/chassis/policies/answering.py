"""Cached answers around admission and settlement: those of all tenants, and those no model takes."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import ValidationError

from ..contracts import ExecutionState, StoreUnavailable, Verdict
from ..observability import get_secure_logger
from ..stores import (
    Admission,
    Call,
    Keys,
    Settlement,
    SharedAnswer,
    Step,
    Submission,
    forget_answer,
    keep_shared_answer,
    shared_answer,
)

T = TypeVar("T")

# Asks for calls, each sequence in one request.
Asking = Generator[Sequence[Call[Any]], Any, T]

_log = get_secure_logger(__name__)


def told(keys: Keys, submissions: Sequence[Submission]) -> Asking[list[Submission]]:
    """The submissions, told what their tenants share: it lies in other hash slots than theirs."""
    cache_keys = sorted({each for sent in submissions for each in _shared(sent.steps)})
    if not cache_keys:
        return list(submissions)
    try:
        found = yield [shared_answer(keys, cache_key) for cache_key in cache_keys]
    except StoreUnavailable:
        # Without its cache a task is slower, not wrong.
        return list(submissions)
    known = {name: each for name, each in zip(cache_keys, found, strict=True) if each is not None}
    return [
        replace(sent, steps=tuple(_told(step, known) for step in sent.steps))
        for sent in submissions
    ]


def is_readable(name: str, read: Callable[[str], object], admission: Admission) -> bool:
    """Whether ``read`` takes what the cache answers; other verdicts have nothing to read yet."""
    if admission.verdict is not Verdict.HIT or admission.result_json is None:
        return True
    try:
        read(admission.result_json)
    except ValidationError:
        _log.warning("cached result is unreadable; forgotten", task=name)
        return False
    return True


def forgetting(keys: Keys, submission: Submission, admission: Admission) -> Iterator[Call[int]]:
    """Calls that remove an answer from the cache, and from the idempotency key it was given to."""
    result_json = admission.result_json or ""
    kept = [step.keys for step in submission.steps if step.operation in ("cache", "idempotency")]
    yield forget_answer([key for each in kept for key in each[-1:]], result_json)
    for cache_key in _shared(submission.steps):
        yield forget_answer([keys.shared_cached(cache_key)], result_json)


def share(keys: Keys, settlement: Settlement) -> Generator[Call[str], Any, None]:
    """Keep a success for all tenants, behind its settlement: best effort, one call for each slot."""
    if settlement.state is not ExecutionState.SUCCEEDED or settlement.is_degraded:
        return
    for step in settlement.steps:
        for cache_key in _shared([step]):
            times = int(step.numbers["ttl_ms"]), int(step.numbers["stale_ms"])
            result = settlement.result_json, settlement.execution_id
            try:
                yield keep_shared_answer(keys, cache_key, *times, *result)
            except StoreUnavailable:
                _log.warning("result not cached for all tenants; the next one will be")


def _shared(steps: Sequence[Step]) -> Iterator[str]:
    return (str(step.numbers["shared"]) for step in steps if "shared" in step.numbers)


def _told(step: Step, known: dict[str, SharedAnswer]) -> Step:
    answer = known.get(str(step.numbers.get("shared", "")))
    if answer is None:
        return step
    numbers: dict[str, int | str] = {
        "known_result": answer.result_json,
        "known_execution": answer.execution_id,
        "known_stale": int(answer.is_stale),
    }
    return replace(step, numbers={**step.numbers, **numbers})
