"""Reads the ledger scripts' replies into values."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from ..contracts import Execution, ExecutionError, Principal, Progress, Verdict
from .calls import Reply
from .transitions import Admission, Begun, Overdue, Recalled, Republished, Step

READ_FIELDS = (
    *("task", "user", "state", "deliveries", "progress", "result", "error", "correlation_id"),
    *("accepted_ms", "started_ms", "settled_ms", "lease_ms"),
)

RECALL_FIELDS = ("task", "queue", "priority", "correlation_id", "traceparent")


def settlement_json(steps: Sequence[Step]) -> str:
    """Write steps down, so that whoever settles owes exactly what admission decided."""
    owing = [[step.operation, step.keys, step.numbers] for step in steps if step.owes]
    return json.dumps(owing, separators=(",", ":"))


def read_settlement(text: str) -> tuple[Step, ...]:
    """Read what `settlement_json` wrote."""
    return tuple(
        Step(operation, tuple(keys), numbers) for operation, keys, numbers in json.loads(text)
    )


def to_admission(execution_id: str, reply: Reply) -> Admission:
    found = json.loads(reply)
    retry_after_ms = found.get("retry_after_ms")
    return Admission(
        verdict=Verdict(found["verdict"]),
        execution_id=found.get("execution", execution_id),
        policy=found.get("policy", ""),
        retry_after_seconds=None if retry_after_ms is None else retry_after_ms / 1000,
        result_json=found.get("result"),
        credit_type=found.get("type", ""),
        needed=found.get("needed", 0),
        balance=found.get("balance", 0),
        holds=found.get("holds", 0),
    )


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
    header, args_json = json.loads(reply[0]), reply[1]
    return Begun(
        verdict=header["verdict"],
        execution_id=execution_id,
        token=token,
        task=header["task"],
        args_json=args_json,
        principal=Principal.model_validate_json(header["principal"]),
        settlement=read_settlement(header["settlement"]),
        correlation_id=header["correlation_id"],
        traceparent=header["traceparent"],
        delivery=header["deliveries"],
        fence=header["fence"],
        waited_seconds=header["waited_ms"] / 1000,
    )


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
    task, queue, priority, correlation_id, traceparent = reply
    if task is None:
        return None
    return Recalled(task, queue, int(priority), correlation_id, traceparent)


def to_overdue(reply: Reply) -> Overdue:
    open_, overdue, execution_ids = reply
    return Overdue(open_, overdue, tuple(execution_ids))


def to_execution(execution_id: str, tenant: str, reply: Reply) -> Execution | None:
    found: dict[str, str | None] = dict(zip(READ_FIELDS, reply, strict=True))
    if found["state"] is None:
        return None
    progress, error, result = found["progress"], found["error"], found["result"]
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
        }
    )


def _instant(milliseconds: str | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
