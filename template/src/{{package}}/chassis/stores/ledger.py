"""The execution ledger: every transition of an execution record as one script call."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ..contracts import Execution
from .calls import Call, load_script
from .keys import Keys
from .replies import (
    READ_FIELDS,
    RECALL_FIELDS,
    settlement_json,
    to_admission,
    to_begun,
    to_execution,
    to_overdue,
    to_recalled,
    to_republished,
)
from .transitions import (
    Admission,
    Begun,
    LedgerOptions,
    Overdue,
    Push,
    Recalled,
    Republished,
    Settlement,
    Step,
    Submission,
)


class Ledger:
    """Makes the calls; a Store or an AsyncStore runs them."""

    def __init__(self, keys: Keys, options: LedgerOptions) -> None:
        self.keys = keys
        self.options = options

    def admit(self, submission: Submission) -> Call[Admission]:
        """Decide, record and queue a submission, or refuse it and write nothing."""
        tenant = self.keys.tenant(submission.principal.tenant)
        fixed = [tenant.execution(submission.execution_id), tenant.due]
        if submission.push is not None:
            fixed.append(submission.push.queue_key)
        keys, steps = _numbered(fixed, submission.steps)
        request = {
            "execution": submission.execution_id,
            "fingerprint": submission.fingerprint,
            "steps": steps,
            "republish_after_ms": _milliseconds(self.options.republish_after),
        }
        if submission.push is not None:
            request["message"] = submission.push.message
        return Call(
            load_script("admit"),
            keys,
            (_json(request), *_record_fields(submission)),
            lambda reply: to_admission(submission.execution_id, reply),
        )

    def begin(
        self, execution_id: str, tenant: str, token: str, *, task: str | None = None
    ) -> Call[Begun]:
        """Take an execution for one delivery, or learn why not.

        With a ``task``, an execution of another one is left as it is.
        """
        request: dict[str, Any] = {
            "execution": execution_id,
            "token": token,
            "lease_ms": _milliseconds(self.options.lease),
            "max_deliveries": self.options.max_deliveries,
        }
        if task is not None:
            request["task"] = task
        return Call(
            load_script("begin"),
            self._record_keys(execution_id, tenant),
            (_json(request),),
            lambda reply: to_begun(execution_id, token, reply),
        )

    def heartbeat(
        self, execution_id: str, tenant: str, fence: int, progress_json: str | None = None
    ) -> Call[bool]:
        """Extend the lease; False says that another delivery has taken over."""
        request: dict[str, Any] = {
            "execution": execution_id,
            "fence": fence,
            "lease_ms": _milliseconds(self.options.lease),
            "notice": self.keys.tenant(tenant).notice(execution_id),
        }
        if progress_json is not None:
            request["progress"] = progress_json
        return Call(
            load_script("heartbeat"),
            self._record_keys(execution_id, tenant),
            (_json(request),),
            lambda reply: bool(json.loads(reply)["verdict"] == "extended"),
        )

    def settle(self, settlement: Settlement) -> Call[str]:
        """End an execution. The reply is settled, already (a resend), stale or missing."""
        tenant = self.keys.tenant(settlement.tenant)
        fixed = [tenant.execution(settlement.execution_id), tenant.due, tenant.events]
        keys, steps = _numbered(fixed, settlement.steps)
        request = {
            "execution": settlement.execution_id,
            "fence": settlement.fence,
            "token": settlement.token,
            "state": settlement.state.value,
            "steps": steps,
            "events": settlement.events,
            "used": settlement.used,
            "retention_ms": _milliseconds(self.options.retention),
            "doorbell": tenant.doorbell,
            "notice": tenant.notice(settlement.execution_id),
        }
        return Call(
            load_script("settle"),
            keys,
            (_json(request), settlement.result_json, settlement.error_json),
            lambda reply: str(json.loads(reply)["verdict"]),
        )

    def republish(
        self,
        execution_id: str,
        tenant: str,
        push: Push | None = None,
        *,
        unknown_patience: timedelta | None = None,
    ) -> Call[Republished]:
        """Put an overdue execution back into its queue, unless its deliveries are spent.

        ``unknown_patience`` says that the caller does not know the task, and how long that is borne.
        """
        keys = self._record_keys(execution_id, tenant)
        request: dict[str, Any] = {
            "execution": execution_id,
            "max_deliveries": self.options.max_deliveries,
            "republish_after_ms": _milliseconds(self.options.republish_after),
        }
        if unknown_patience is not None:
            request["unknown_patience_ms"] = _milliseconds(unknown_patience)
        if push is not None:
            keys = (*keys, push.queue_key)
            request["message"] = push.message
        return Call(load_script("republish"), keys, (_json(request),), to_republished)

    def give_back(self, execution_id: str, tenant: str, fence: int) -> Call[bool]:
        """Let another worker begin it at once; False says that one already has."""
        request = {"execution": execution_id, "fence": fence}
        return Call(
            load_script("give_back"),
            self._record_keys(execution_id, tenant),
            (_json(request),),
            lambda reply: bool(json.loads(reply)["verdict"] == "given_back"),
        )

    def overdue(self, tenant: str, count: int) -> Call[Overdue]:
        """Find up to ``count`` executions that the reconciler should look at, the oldest first."""
        key = self.keys.tenant(tenant).due
        return Call(load_script("overdue"), (key,), (_json({"count": count}),), to_overdue)

    def recall(self, execution_id: str, tenant: str) -> Call[Recalled | None]:
        """Read what a new message of this execution says; None when the record is gone."""
        key = self.keys.tenant(tenant).execution(execution_id)
        return Call(load_script("read"), (key,), (_json({}), *RECALL_FIELDS), to_recalled)

    def read(self, execution_id: str, tenant: str) -> Call[Execution | None]:
        """Read one record; None when it never existed or has expired."""
        key = self.keys.tenant(tenant).execution(execution_id)
        return Call(
            load_script("read"),
            (key,),
            (_json({}), *READ_FIELDS),
            lambda reply: to_execution(execution_id, tenant, reply),
        )

    def _record_keys(self, execution_id: str, tenant: str) -> tuple[str, ...]:
        names = self.keys.tenant(tenant)
        return (names.execution(execution_id), names.due)


def _record_fields(submission: Submission) -> tuple[str, ...]:
    return (
        *("task", submission.task),
        *("queue", submission.queue),
        *("priority", str(submission.priority)),
        *("args", submission.args_json),
        *("user", submission.principal.user),
        *("principal", submission.principal.model_dump_json()),
        *("correlation_id", submission.correlation_id),
        *("traceparent", submission.traceparent),
        *("fingerprint", submission.fingerprint),
        *("settlement", settlement_json(submission.steps)),
    )


def _numbered(
    fixed: Sequence[str], steps: Sequence[Step]
) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Give every step's keys their place in KEYS (which Lua counts from 1)."""
    keys = list(fixed)
    numbered = []
    for step in steps:
        places = [len(keys) + offset + 1 for offset in range(len(step.keys))]
        keys.extend(step.keys)
        numbered.append({"op": step.operation, "keys": places, **step.numbers})
    return tuple(keys), numbered


def _milliseconds(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
