"""Writes the ledger's transitions as keys and arguments of its scripts."""

import json
from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any, Final

from ..contracts import ExecutionState
from .keys import TenantKeys
from .transitions import Settlement, Step, Submission

# `json.dumps` would make one anew for each call with separators of its own.
_dense_json: Final = json.JSONEncoder(separators=(",", ":")).encode


def record_fields(submission: Submission) -> tuple[str, ...]:
    """What the record of a submission says from the start, names and values in turn."""
    replay_of = submission.replay_of
    return (
        *("task", submission.task),
        *("principal", submission.principal.model_dump_json(exclude_defaults=True)),
        *("settlement", settlement_json(submission.steps)),
        *("traceparent", submission.traceparent),
        *("correlation_id", submission.correlation_id),
        *("args", submission.args_json),
        *("fingerprint", submission.fingerprint),
        *("user", submission.principal.user),
        *("queue", submission.queue),
        *("priority", str(submission.priority)),
        *(("replay_of", replay_of) if replay_of else ()),
        *(("once", "1") if submission.runs_once else ()),
        *(("audience", submission.audience) if submission.audience else ()),
    )


def settlement_json(steps: Sequence[Step]) -> str:
    """Write steps down, so that whoever settles owes exactly what admission decided."""
    owing = [[step.operation, step.keys, step.numbers] for step in steps if step.owes]
    return to_json(owing) if owing else "[]"


def numbered(keys: list[str], steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Append every step's keys and give it their places in KEYS (which Lua counts from 1)."""
    return [
        {"op": step.operation, "keys": [_placed(keys, key) for key in step.keys], **step.numbers}
        for step in steps
    ]


def owed_json(
    keys: list[str], settlement: Settlement, names: TenantKeys, result_inline_bytes: int
) -> str:
    """What a settlement writes beyond its record, its keys appended; empty when that is nothing."""
    owed: dict[str, Any] = {}
    if settlement.steps:
        owed["steps"] = numbered(keys, settlement.steps)
        owed["used"] = settlement.used
        owed["permanent"] = settlement.is_permanent
        if settlement.is_unrun:
            owed["unrun"] = True
    if settlement.is_degraded:
        owed["degraded"] = True
        owed["final"] = settlement.is_final
    if settlement.events:
        owed["events"] = settlement.events
        owed["stream"] = _placed(keys, names.events)
        owed["doorbell"] = names.doorbell
    if len(settlement.result_json.encode()) > result_inline_bytes:
        owed["beside"] = _placed(keys, names.result(settlement.execution_id))
    if settlement.state is ExecutionState.DEAD:
        owed["dead"] = _placed(keys, names.dead_executions)
    return to_json(owed) if owed else ""


def milliseconds(duration: timedelta) -> int:
    """A duration as the scripts count it; what is longer than nothing stays so."""
    return ceil(duration / timedelta(milliseconds=1))


def to_json(value: object) -> str:
    """JSON without spaces."""
    return _dense_json(value)


def _placed(keys: list[str], key: str) -> int:
    keys.append(key)
    return len(keys)
