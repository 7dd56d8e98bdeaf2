"""Admits submissions, one or many: the steps that sync and async code take alike."""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from ..contracts import (
    RequestImpossible,
    StoreUnavailable,
    SubmissionsInterrupted,
    TaskRejected,
    Verdict,
)
from ..observability import Metrics, get_secure_logger
from ..policies import ANSWERS, pipeline_of, refusal
from ..policies.answering import forgetting, is_readable, told
from ..stores import Admission, Call, Ledger, Submission, read_circuit, register_tenant
from .backlog import Waiting
from .planning import Asked, Planned, Planner, lease_left

T = TypeVar("T")

# Submissions per request: more would let others wait for too long at the server.
PAGE_SIZE: Final = 100
# All of them are planned before the first is sent, so they are in memory at once.
BATCH_MAXIMUM: Final = 10_000
# What others find of a dependency may be that old where submissions are refused because of it.
NEWS_EVERY_SECONDS: Final = 1.0
# A process that meets more tenants than this registers some of them again.
KNOWN_TENANTS_MAXIMUM: Final = 10_000

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pushes:
    """Messages for a broker on another server, of executions that are admitted already."""

    queue_key: str
    messages: tuple[str, ...]


# What the steps ask for: calls for one request, answered in their order, or something of the broker:
# a push, or how much waits.
Effect = Sequence[Call[Any]] | Pushes | Waiting
Steps = Generator[Effect, Any, T]
# What became of one submission.
Decided = Admission | TaskRejected


class Admitter:
    """Makes the steps. Knows which tenants it has registered already."""

    def __init__(self, ledger: Ledger, planner: Planner, metrics: Metrics) -> None:
        self._ledger = ledger
        self._planner = planner
        self._metrics = metrics
        self._tenants: set[str] = set()

    def admit(self, asked: Asked) -> Steps[Admission]:
        """Admit one. Raises a TaskRejected when it is refused."""
        # Whoever may not submit is refused before anything is read.
        pipeline_of(asked.task).require(asked.principal, asked.task.name)
        yield from self._hear_of_circuits([asked])
        planned = self._planner.plan(asked, _now_ms())
        yield from self._register(asked.principal.tenant)
        (decided,) = yield from self._decide([planned])
        if isinstance(decided, TaskRejected):
            raise decided
        return decided

    def admit_many(self, batch: Sequence[Asked]) -> Steps[list[Decided]]:
        """Admit or refuse each by itself, in their order.

        Raises SubmissionsInterrupted when Valkey stops to answer, RequestImpossible when they are
        too many.
        """
        _check_size(batch)
        yield from self._hear_of_circuits(batch)
        planned = [self._plan(each, _now_ms()) for each in batch]
        decided: list[Decided] = []
        try:
            for tenant in {each.principal.tenant for each in batch}:
                yield from self._register(tenant)
            for page in _pages(planned):
                decided += yield from self._decide(page)
        except StoreUnavailable as error:
            raise _interrupted(batch, decided, error) from error
        return decided

    def _hear_of_circuits(self, batch: Sequence[Asked]) -> Steps[None]:
        """Ask what others find of these tasks' dependencies, at most so often per process."""
        breakers = self._planner.breakers
        due = {
            dependency
            for asked in batch
            for dependency in pipeline_of(asked.task).dependencies
            if breakers.asks_for_news(dependency, NEWS_EVERY_SECONDS)
        }
        if not due:
            return
        # What cannot be heard decides nothing: admission meets the same server in a moment.
        with suppress(StoreUnavailable):
            news = yield [read_circuit(self._ledger.keys, dependency) for dependency in due]
            for dependency, each in zip(due, news, strict=True):
                breakers.heed(dependency, each)

    def _plan(self, asked: Asked, now_ms: int) -> Planned | TaskRejected:
        try:
            return self._planner.plan(asked, now_ms)
        except TaskRejected as refused:
            return refused

    def _register(self, tenant: str) -> Steps[None]:
        if tenant in self._tenants:
            return
        yield [register_tenant(self._ledger.keys, tenant)]
        if len(self._tenants) >= KNOWN_TENANTS_MAXIMUM:
            self._tenants.clear()
        self._tenants.add(tenant)

    def _decide(self, page: Sequence[Planned | TaskRejected]) -> Steps[list[Decided]]:
        ready = yield from self._turn_away([each for each in page if isinstance(each, Planned)])
        verdicts = list(zip(ready, (yield from self._ask(ready)), strict=True))
        yield from _push(each for each, found in verdicts if _is_queued(found))
        leases = yield from self._leases_of_twins(verdicts)
        judged = iter([self._judge(*pair, leases.get(pair[1].execution_id)) for pair in verdicts])
        return [next(judged) if isinstance(each, Planned) else each for each in page]

    def _turn_away(self, ready: Sequence[Planned]) -> Steps[list[Planned]]:
        """Shed what is less urgent while too much waits already; a delayed one does not wait there."""
        backlogs = self._planner.backlogs
        queues = {each.asked.task.queue for each in ready if not each.asked.delay}
        for queue, question in backlogs.outdated(queues).items():
            # Not known is not too much: admission itself tells of what does not answer.
            with suppress(StoreUnavailable):
                backlogs.note(queue, (yield question))
        return [self._planner.shed(each) for each in ready]

    def _ask(self, ready: Sequence[Planned]) -> Steps[list[Admission]]:
        """What admission says of each; an answer that cannot be read is forgotten, and asked anew."""
        if not ready:
            return []
        keys = self._ledger.keys
        submissions = yield from told(keys, [each.submission for each in ready])
        admissions: list[Admission] = yield [self._call(each) for each in submissions]
        broken = [
            place
            for place, (planned, found) in enumerate(zip(ready, admissions, strict=True))
            if not _is_readable(planned, found)
        ]
        if broken:
            for place in broken:
                yield list(forgetting(keys, ready[place].submission, admissions[place]))
            again = yield [self._call(ready[place].submission) for place in broken]
            for place, found in zip(broken, again, strict=True):
                admissions[place] = found
        return admissions

    def _call(self, submission: Submission) -> Call[Admission]:
        return self._ledger.admit(submission, is_durable=self._ledger.options.durable_accepts)

    def _leases_of_twins(
        self, verdicts: Sequence[tuple[Planned, Admission]]
    ) -> Steps[dict[str, float | None]]:
        """How long those may still run that hold the idempotency key of another."""
        twins = {
            admission.execution_id: planned.asked.principal.tenant
            for planned, admission in verdicts
            if admission.verdict is Verdict.IN_PROGRESS
        }
        if not twins:
            return {}
        found = yield [self._ledger.read(*twin) for twin in twins.items()]
        now = datetime.now(UTC)
        return {twin: lease_left(each, now) for twin, each in zip(twins, found, strict=True)}

    def _judge(self, planned: Planned, admission: Admission, lease: float | None) -> Decided:
        asked, verdict = planned.asked, admission.verdict
        self._metrics.record_submitted(asked.task.name, verdict, admission.policy)
        if verdict in ANSWERS:
            return admission
        return refusal(asked.task.name, asked.execution_id, admission, lease)


def log_unpushed(pushes: Pushes) -> None:
    """Tell of messages that their broker did not take."""
    # Accepted is accepted: the records stand, so the reconciler queues them.
    _log.warning(
        "executions accepted, messages not pushed; the reconciler will push them",
        queue_key=pushes.queue_key,
        count=len(pushes.messages),
        exc_info=True,
    )


def _is_readable(planned: Planned, found: Admission) -> bool:
    task = planned.asked.task
    return is_readable(task.name, task.result_model.model_validate_json, found)


def _is_queued(admission: Admission) -> bool:
    return admission.verdict is Verdict.ADMITTED or admission.is_refresh


def _push(admitted: Iterable[Planned]) -> Steps[None]:
    apart: dict[str, list[str]] = {}
    for planned in admitted:
        if planned.apart is not None:
            apart.setdefault(planned.apart.queue_key, []).append(planned.apart.message)
    for queue_key, messages in apart.items():
        yield Pushes(queue_key, tuple(messages))


def _pages(planned: Sequence[T]) -> Iterator[Sequence[T]]:
    return (planned[start : start + PAGE_SIZE] for start in range(0, len(planned), PAGE_SIZE))


def _check_size(batch: Sequence[Asked]) -> None:
    if len(batch) > BATCH_MAXIMUM:
        message = f"{len(batch)} submissions at once are too many; send {BATCH_MAXIMUM} at most"
        raise RequestImpossible(message)


def _interrupted(
    batch: Sequence[Asked], decided: Sequence[Decided], error: StoreUnavailable
) -> SubmissionsInterrupted:
    message = (
        f"{error}. Of {len(batch)} submissions {len(decided)} are decided, of the others it is "
        f"open; submit all again with execution_ids=error.execution_ids"
    )
    return SubmissionsInterrupted(
        message,
        execution_ids=tuple(each.execution_id for each in batch),
        admitted=frozenset(
            asked.execution_id
            for asked, each in zip(batch, decided, strict=False)
            if isinstance(each, Admission)
        ),
        retry_after_seconds=error.retry_after_seconds,
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
