"""What a submission asks of the ledger, and what its verdict means for the caller: pure decisions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from ..contracts import (
    EXECUTION_ID_PATTERN,
    Execution,
    Principal,
    RequestImpossible,
    Task,
    TaskArgs,
)
from ..contracts.task import A, R
from ..policies import AdmissionCall, Breakers, Cached, pipeline_of, schema_of, shed
from ..stores import Keys, Push, Step, Submission, digest
from .backlog import Backlogs
from .message import Messages, new_id

T = TypeVar("T")

# Later than that is the business of a calendar, not of a queue.
DELAY_MAXIMUM: Final = timedelta(days=365)

# An encoder of its own: `json.dumps` makes one anew for each call that sorts.
_sorted_json: Final = json.JSONEncoder(sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Asked:
    """One submission as its caller words it, with an execution id that resends keep.

    ``replay_of`` names the dead execution that this one repeats. ``address`` is the caller's, where
    it came through the API.
    """

    task: Task[Any, Any]
    args: TaskArgs
    principal: Principal
    execution_id: str
    idempotency_key: str | None = None
    correlation_id: str = ""
    traceparent: str = ""
    delay: timedelta = timedelta(0)
    replay_of: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What is asked and what of it goes to the ledger; ``apart`` goes to a broker elsewhere."""

    asked: Asked
    submission: Submission
    apart: Push | None


class Planner:
    """Turns what is asked into what is submitted."""

    def __init__(
        self,
        keys: Keys,
        messages: Messages,
        *,
        args_bytes_maximum: int,
        broker_is_store: bool,
        breakers: Breakers | None = None,
        tasks: Mapping[str, Task[Any, Any]] | None = None,
        backlog_maximum: int = 0,
    ) -> None:
        self.backlogs = Backlogs(messages, backlog_maximum)
        self.breakers = breakers or Breakers()
        self.keys = keys
        self.messages = messages
        self.args_bytes_maximum = args_bytes_maximum
        self._broker_is_store = broker_is_store
        self._in_force = dict(tasks or {})

    def plan(self, asked: Asked, now_ms: int) -> Planned:
        """What to record and to queue.

        Raises NotAuthorized, and RequestImpossible for arguments that are too large, for an absurd
        delay, and for an id that could not be a part of a key or a URL.
        """
        _check_execution_id(asked)
        _check_delay(asked)
        task = self.in_force(asked.task)
        pipeline_of(task).require(asked.principal, task.name)
        if asked.delay:
            # The reconciler writes the message when it is due.
            return Planned(asked, self.record_only(asked), None)
        push = self.messages.push(
            task=task.name,
            queue=task.queue,
            priority=task.priority,
            execution_id=asked.execution_id,
            tenant=asked.principal.tenant,
            enqueued_ms=now_ms,
            correlation_id=asked.correlation_id,
            traceparent=asked.traceparent,
        )
        submission = self.record_only(asked, push if self._broker_is_store else None)
        return Planned(asked, submission, None if self._broker_is_store else push)

    def shed(self, planned: Planned) -> Planned:
        """The same, or with a gate that turns it away unless there is an answer already."""
        asked, task = planned.asked, self.in_force(planned.asked.task)
        wait_seconds = self.backlogs.wait_seconds(task.queue, task.priority)
        if asked.delay or not wait_seconds:
            return planned
        steps = shed(planned.submission.steps, wait_seconds)
        return replace(planned, submission=replace(planned.submission, steps=steps))

    def record_only(self, asked: Asked, push: Push | None = None) -> Submission:
        """The same without a message, for an execution whose message is there already."""
        task = self.in_force(asked.task)
        return Submission(
            execution_id=asked.execution_id,
            task=task.name,
            queue=task.queue,
            priority=task.priority,
            args_json=self._arguments(asked),
            principal=asked.principal,
            correlation_id=asked.correlation_id,
            traceparent=asked.traceparent,
            fingerprint=_fingerprint(asked),
            steps=self._steps(asked, task) if pipeline_of(task).admissions else (),
            push=push,
            delay=asked.delay,
            replay_of=asked.replay_of,
            runs_once=pipeline_of(task).runs_once,
            audience=cached.audience if (cached := _cached(task)) else "",
        )

    def in_force(self, task: Task[A, R]) -> Task[A, R]:
        """The task as the environment has it: callers submit the one that they import."""
        return self._in_force.get(task.name, task)

    def _steps(self, asked: Asked, task: Task[Any, Any]) -> tuple[Step, ...]:
        call = AdmissionCall(
            task=task.name_in_keys,
            args=asked.args,
            principal=asked.principal,
            keys=self.keys.tenant(asked.principal.tenant),
            idempotency_key=asked.idempotency_key,
            circuit_wait_seconds=self.breakers.wait_seconds,
            delay=asked.delay,
            address=asked.address,
            schema=_schema(task),
        )
        return pipeline_of(task).steps(call)

    def _arguments(self, asked: Asked) -> str:
        text = asked.args.model_dump_json()
        size = len(text.encode())
        if size > self.args_bytes_maximum:
            message = (
                f"the arguments of '{asked.task.name}' are {size} bytes as JSON; at most "
                f"{self.args_bytes_maximum} are taken. Store the payload elsewhere and pass a "
                f"reference, or raise WORKER_ARGS_BYTES_MAXIMUM"
            )
            raise RequestImpossible(message)
        return text


def asked_each(
    task: Task[A, Any],
    args_list: Sequence[A],
    *,
    principal: Principal,
    idempotency_keys: Sequence[str | None] | None,
    execution_ids: Sequence[str] | None,
    correlation_id: str,
    traceparent: str,
    delay: timedelta,
) -> list[Asked]:
    """Many submissions of one task, each with its own arguments, key and execution id.

    Raises RequestImpossible when there is not one key or id for each.
    """
    count = len(args_list)
    keys = _one_for_each(count, "idempotency_keys", idempotency_keys) or [None] * count
    ids = _one_for_each(count, "execution_ids", execution_ids) or [new_id() for _ in args_list]
    return [
        Asked(task, args, principal, execution_id, key, correlation_id, traceparent, delay)
        for args, key, execution_id in zip(args_list, keys, ids, strict=True)
    ]


def lease_left(twin: Execution | None, now: datetime) -> float | None:
    """Seconds until the twin's lease ends; None when it is not running."""
    if twin is None or twin.lease_until is None or twin.is_settled:
        return None
    return max(1.0, (twin.lease_until - now).total_seconds())


def _one_for_each(count: int, name: str, given: Sequence[T] | None) -> Sequence[T] | None:
    if given is not None and len(given) != count:
        message = f"{name} has {len(given)} entries for {count} submissions; give one for each"
        raise RequestImpossible(message)
    return given


def _check_delay(asked: Asked) -> None:
    if not timedelta(0) <= asked.delay <= DELAY_MAXIMUM:
        message = (
            f"a delay of {asked.delay} is not possible for '{asked.task.name}'; give one from "
            f"nothing to {DELAY_MAXIMUM.days} days"
        )
        raise RequestImpossible(message)


def _check_execution_id(asked: Asked) -> None:
    if not EXECUTION_ID_PATTERN.fullmatch(asked.execution_id):
        message = (
            f"execution id {asked.execution_id[:128]!r} of '{asked.task.name}' is not possible; give "
            f"1 to 128 letters, digits, '_', '.', ':' or '-', a letter or digit first"
        )
        raise RequestImpossible(message)


def _cached(task: Task[Any, Any]) -> Cached | None:
    return next((each for each in pipeline_of(task).admissions if isinstance(each, Cached)), None)


def _schema(task: Task[Any, Any]) -> tuple[str, ...]:
    return schema_of(task.function, task.result_model) if _cached(task) else ()


def _fingerprint(asked: Asked) -> str:
    # Only what was said: a deploy may change defaults between a submission and its resend.
    said = _sorted_json(asked.args.model_dump(mode="json", exclude_unset=True))
    return digest(asked.task.name_in_keys, asked.principal.user, said)
