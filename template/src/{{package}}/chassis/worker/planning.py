"""What a submission asks of the ledger, and what its verdict means for the caller: pure decisions."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..contracts import (
    CreditsExhausted,
    Execution,
    IdempotencyConflict,
    IdempotencyMismatch,
    Principal,
    RateLimited,
    RequestImpossible,
    Task,
    TaskArgs,
    TaskRejected,
    Verdict,
)
from ..policies import AdmissionCall, admission_steps
from ..stores import Admission, Keys, Push, Submission, digest
from .message import Messages

# Told to a caller whose twin is queued, or whose twin's lease cannot be read.
RETRY_AFTER_TWIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One submission as its caller words it, with an execution id that resends keep."""

    task: Task[Any, Any]
    args: TaskArgs
    principal: Principal
    execution_id: str
    idempotency_key: str | None = None
    correlation_id: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """The submission for the ledger; ``apart`` is what goes to a broker on another server."""

    submission: Submission
    apart: Push | None


class Planner:
    """Turns what is asked into what is submitted."""

    def __init__(
        self, keys: Keys, messages: Messages, *, args_bytes_maximum: int, broker_is_store: bool
    ) -> None:
        self.keys = keys
        self.messages = messages
        self.args_bytes_maximum = args_bytes_maximum
        self._broker_is_store = broker_is_store

    def plan(self, asked: Asked, now_ms: int) -> Planned:
        """What to record and to queue. Raises RequestImpossible when the arguments are too large."""
        task = asked.task
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
        return Planned(submission, None if self._broker_is_store else push)

    def record_only(self, asked: Asked, push: Push | None = None) -> Submission:
        """The same without a message, for an execution whose message is there already."""
        task = asked.task
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
            steps=admission_steps(task.policies, self._admission_call(asked)),
            push=push,
        )

    def _admission_call(self, asked: Asked) -> AdmissionCall:
        return AdmissionCall(
            task=asked.task.name,
            args=asked.args,
            principal=asked.principal,
            keys=self.keys.tenant(asked.principal.tenant),
            idempotency_key=asked.idempotency_key,
        )

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


def refusal(asked: Asked, admission: Admission, twin_seconds: float | None = None) -> TaskRejected:
    """The error that tells a caller why admission refused; ``twin_seconds`` is the twin's lease."""
    name = asked.task.name
    match admission.verdict:
        case Verdict.IN_PROGRESS:
            return IdempotencyConflict(
                f"execution {admission.execution_id} of '{name}' still runs under this "
                f"idempotency key; read it, or try again later",
                execution_id=admission.execution_id,
                retry_after_seconds=twin_seconds or RETRY_AFTER_TWIN_SECONDS,
            )
        case Verdict.MISMATCH:
            if not admission.policy:
                return IdempotencyMismatch(
                    f"execution id '{asked.execution_id}' belongs to another submission, not to "
                    f"this one of '{name}'; take a new id"
                )
            return IdempotencyMismatch(
                f"this idempotency key was used for '{name}' with other arguments; take a new key"
            )
        case Verdict.LIMITED:
            return RateLimited(
                f"the rate limit of '{name}' is reached",
                retry_after_seconds=admission.retry_after_seconds,
            )
        case Verdict.IMPOSSIBLE:
            return RequestImpossible(
                f"this submission of '{name}' costs more than its rate limit ever allows at once"
            )
        case Verdict.INSUFFICIENT:
            return CreditsExhausted(_credits_message(name, admission))
        case Verdict.ADMITTED | Verdict.REPLAYED:
            message = f"verdict '{admission.verdict}' of '{name}' refuses nothing"
            raise ValueError(message)


def lease_left(twin: Execution | None, now: datetime) -> float | None:
    """Seconds until the twin's lease ends; None when it is not running."""
    if twin is None or twin.lease_until is None or twin.is_settled:
        return None
    return max(1.0, (twin.lease_until - now).total_seconds())


def _fingerprint(asked: Asked) -> str:
    # Only what was said: a deploy may change defaults between a submission and its resend.
    said = json.dumps(asked.args.model_dump(mode="json", exclude_unset=True), sort_keys=True)
    return digest(asked.task.name, asked.principal.user, said)


def _credits_message(task: str, admission: Admission) -> str:
    lacking = (
        f"'{task}' needs {admission.needed} '{admission.credit_type}' credits, "
        f"and {admission.balance} are free"
    )
    if admission.holds == 0:
        return f"{lacking}; no unfinished execution holds others, so have more granted"
    return (
        f"{lacking}; unfinished executions ({admission.holds}) hold others, "
        f"which they may give back"
    )
