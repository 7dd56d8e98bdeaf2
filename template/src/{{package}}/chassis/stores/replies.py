"""Reads the ledger scripts' replies into values."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from ..contracts import (
    DeliveryNote,
    Execution,
    ExecutionError,
    ExecutionState,
    Principal,
    Progress,
    Verdict,
)
from .calls import Reply
from .transitions import (
    Admission,
    Begun,
    CancelRequest,
    Overdue,
    Recalled,
    Republished,
    Step,
)

READ_FIELDS = (
    *("task", "user", "state", "deliveries", "progress", "result", "error", "correlation_id"),
    *("accepted_ms", "started_ms", "settled_ms", "lease_ms", "run_ms", "cancel_ms"),
    *("replay_of", "replayed_as", "degraded", "audience", "result_beside"),
)

# What nearly every submission is told.
_ADMITTED: Final = '{"verdict":"admitted"}'

RECALL_FIELDS = ("task", "queue", "priority", "correlation_id", "traceparent", "deliveries")


def read_settlement(text: str) -> tuple[Step, ...]:
    """Read what `settlement_json` wrote."""
    if text == "[]":
        return ()
    return tuple(
        Step(operation, tuple(keys), numbers) for operation, keys, numbers in json.loads(text)
    )


def to_admission(execution_id: str, reply: Reply) -> Admission:
    if reply == _ADMITTED:
        return Admission(Verdict.ADMITTED, execution_id)
    found = json.loads(reply)
    retry_after_ms = found.get("retry_after_ms")
    return Admission(
        verdict=Verdict(found["verdict"]),
        execution_id=found.get("execution", execution_id),
        policy=found.get("policy", ""),
        retry_after_seconds=None if retry_after_ms is None else retry_after_ms / 1000,
        result_json=found.get("result"),
        error_json=found.get("error"),
        is_stale=found.get("stale", False),
        is_refresh=found.get("refresh", False),
        credit_type=found.get("type", ""),
        needed=found.get("needed", 0),
        balance=found.get("balance", 0),
        holds=found.get("holds", 0),
    )


def to_retaken(execution_id: str, reply: Reply) -> Admission | None:
    return None if json.loads(reply)["verdict"] == "stale" else to_admission(execution_id, reply)


def to_begun(execution_id: str, token: str, reply: Reply) -> Begun:
    if not isinstance(reply, list):
        found = json.loads(reply)
        retry_after_ms = found.get("retry_after_ms")
        return Begun(
            verdict=found["verdict"],
            execution_id=execution_id,
            token=token,
            task=found.get("task", ""),
            delivery=found.get("deliveries", 0),
            fence=found.get("fence", 0),
            settlement=read_settlement(found.get("settlement", "[]")),
            retry_after_seconds=None if retry_after_ms is None else retry_after_ms / 1000,
        )
    # One line each; the last is whatever its caller chose, so it may hold further ones.
    head, args_json = reply
    delivery, fence, waited_ms, retries, was_postponed, *texts = head.split("\n", 9)
    task, principal, owes, traceparent, correlation_id = texts
    return Begun(
        verdict="started",
        execution_id=execution_id,
        token=token,
        task=task,
        args_json=args_json,
        principal=_principal(principal),
        settlement=read_settlement(owes),
        correlation_id=correlation_id,
        traceparent=traceparent,
        delivery=int(delivery),
        fence=int(fence),
        waited_seconds=int(waited_ms) / 1000,
        retries=int(retries),
        was_postponed=was_postponed == "1",
    )


@lru_cache(maxsize=1024)
def _principal(text: str) -> Principal:
    # Few users make most of the executions, and checking one anew costs more than the rest here.
    return Principal.model_validate_json(text)


def to_republished(reply: Reply) -> Republished:
    found = json.loads(reply)
    return Republished(
        verdict=found["verdict"],
        was=found.get("was", ""),
        deliveries=found.get("deliveries", 0),
        fence=found.get("fence", 0),
        settlement=read_settlement(found.get("settlement", "[]")),
    )


def to_recalled(reply: Reply) -> Recalled | None:
    task, queue, priority, correlation_id, traceparent, deliveries = reply
    if task is None:
        return None
    return Recalled(task, queue, int(priority), correlation_id, traceparent, int(deliveries))


def to_overdue(reply: Reply) -> Overdue:
    open_, overdue, dead, execution_ids, next_ms = reply
    next_seconds = None if next_ms < 0 else next_ms / 1000
    return Overdue(open_, overdue, dead, tuple(execution_ids), next_seconds)


def to_cancel_request(reply: Reply) -> CancelRequest:
    found = json.loads(reply)
    state = found.get("state")
    return CancelRequest(
        verdict=found["verdict"],
        state=None if state is None else ExecutionState(state),
        fence=found.get("fence", 0),
        settlement=read_settlement(found.get("settlement", "[]")),
    )


def to_history(reply: Reply) -> tuple[DeliveryNote, ...]:
    if not reply:
        return ()
    state, counted, ended_by_the_last, notes = reply
    # A record of an earlier version has no notes.
    return tuple(
        _delivery_note(
            delivery, text, _ended(delivery, int(counted), state, bool(ended_by_the_last))
        )
        for delivery, text in enumerate(notes, start=1)
        if text is not None
    )


def _delivery_note(delivery: int, text: str, ended: str | None) -> DeliveryNote:
    began_ms, _, worker = text.partition(" ")
    return DeliveryNote(delivery, worker, datetime.fromtimestamp(int(began_ms) / 1000, UTC), ended)


def _ended(delivery: int, counted: int, state: str, ended_by_the_last: bool) -> str | None:
    """How one of ``counted`` deliveries ended, as the state of the record tells."""
    if delivery > counted:
        return "given back"
    if delivery < counted:
        return "lost"
    if state == ExecutionState.RUNNING:
        return None
    return state if ended_by_the_last else "lost"


def to_execution(execution_id: str, tenant: str, reply: Reply) -> Execution | None:
    found: dict[str, str | None] = dict(zip(READ_FIELDS, reply, strict=True))
    if found["state"] is None:
        return None
    progress, error = found["progress"], found["error"]
    # The script has put the result itself in place of the mark.
    result = found["result"] or found["result_beside"]
    return Execution.model_validate(
        {
            "id": execution_id,
            "tenant": tenant,
            **{name: found[name] for name in ("task", "user", "state", "deliveries")},
            "correlation_id": found["correlation_id"],
            "progress": Progress.model_validate_json(progress) if progress else None,
            "error": ExecutionError.model_validate_json(error) if error else None,
            "result": json.loads(result) if result else None,
            "accepted_at": _instant(found["accepted_ms"]),
            "started_at": _instant(found["started_ms"]),
            "settled_at": _instant(found["settled_ms"]),
            "lease_until": _instant(found["lease_ms"]),
            "run_at": _instant(found["run_ms"]),
            "cancel_requested": found["cancel_ms"] is not None,
            "replay_of": found["replay_of"],
            "replayed_as": found["replayed_as"],
            "degraded": found["degraded"] is not None,
            "audience": found["audience"] or "",
        }
    )


def _instant(milliseconds: str | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
