"""Admits submissions, one or many: the steps that sync and async code take alike."""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TypeVar

from ..contracts import (
    RequestImpossible,
    StoreUnavailable,
    SubmissionsInterrupted,
    TaskRejected,
    Verdict,
)
from ..observability import Metrics
from ..policies import ANSWERS, pipeline_of, refusal
from ..policies.answering import forgetting, is_readable, told
from ..stores import Admission, Call, Ledger, Submission, read_circuit, register_tenant
from .asking import Ahead, Due, Pushes, Steps
from .planning import Asked, Planned, Planner, lease_left

T = TypeVar("T")

# Submissions per request: more would let others wait for too long at the server.
PAGE_SIZE: Final = 100
# Requests that are on their way while the replies to another one are read.
PAGES_AHEAD: Final = 1
# All of them are planned before the first is sent, so they are in memory at once.
BATCH_MAXIMUM: Final = 10_000
# What others find of a dependency may be that old where submissions are refused because of it.
NEWS_EVERY_SECONDS: Final = 1.0
# A process that meets more tenants than this registers some of them again.
KNOWN_TENANTS_MAXIMUM: Final = 10_000


# What became of one submission.
Decided = Admission | TaskRejected
# A page of submissions, those that are asked of the ledger, and what of each.
Page = Sequence[Planned | TaskRejected]
Ready = Sequence[tuple[Planned, Submission]]


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
        ready = yield from self._ready([planned])
        found = yield [self._call(submission) for _, submission in ready]
        (decided,) = yield from self._decide([planned], ready, found)
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
        under_way: deque[tuple[Page, Ready, int]] = deque()
        try:
            for tenant in {each.principal.tenant for each in batch}:
                yield from self._register(tenant)
            for page in _pages(planned):
                ready = yield from self._ready(page)
                number = yield Ahead([self._call(submission) for _, submission in ready])
                under_way.append((page, ready, number))
                if len(under_way) > PAGES_AHEAD:
                    decided += yield from self._decide_next(under_way)
            while under_way:
                decided += yield from self._decide_next(under_way)
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

    def _ready(self, page: Page) -> Steps[Ready]:
        """What of a page is asked of the ledger, told what is known elsewhere."""
        planned = yield from self._turn_away([each for each in page if isinstance(each, Planned)])
        submissions = yield from told(self._ledger.keys, [each.submission for each in planned])
        return list(zip(planned, submissions, strict=True))

    def _turn_away(self, planned: Sequence[Planned]) -> Steps[list[Planned]]:
        """Shed what is less urgent while too much waits already; a delayed one does not wait there."""
        backlogs = self._planner.backlogs
        queues = {each.asked.task.queue for each in planned if not each.asked.delay}
        for queue, question in backlogs.outdated(queues).items():
            # Not known is not too much: admission itself tells of what does not answer.
            with suppress(StoreUnavailable):
                backlogs.note(queue, (yield question))
        return [self._planner.shed(each) for each in planned]

    def _decide_next(self, under_way: deque[tuple[Page, Ready, int]]) -> Steps[list[Decided]]:
        page, ready, number = under_way.popleft()
        return (yield from self._decide(page, ready, (yield Due(number))))

    def _decide(
        self, page: Page, ready: Ready, admissions: list[Admission]
    ) -> Steps[list[Decided]]:
        yield from self._ask_anew(ready, admissions)
        planned = [each for each, _ in ready]
        verdicts = list(zip(planned, admissions, strict=True))
        yield from _push(each for each, found in verdicts if _is_queued(found))
        leases = yield from self._leases_of_twins(verdicts)
        judged = iter([self._judge(*pair, leases.get(pair[1].execution_id)) for pair in verdicts])
        return [next(judged) if isinstance(each, Planned) else each for each in page]

    def _ask_anew(self, ready: Ready, admissions: list[Admission]) -> Steps[None]:
        """Forget answers that cannot be read, and put what is said without them in their places."""
        broken = [
            place
            for place, ((planned, _), found) in enumerate(zip(ready, admissions, strict=True))
            if not _is_readable(planned, found)
        ]
        if not broken:
            return
        for place in broken:
            planned = ready[place][0]
            yield list(forgetting(self._ledger.keys, planned.submission, admissions[place]))
        again = yield [self._call(ready[place][0].submission) for place in broken]
        for place, found in zip(broken, again, strict=True):
            admissions[place] = found

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
