"""The execution ledger: every transition of an execution record as one script call."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from ..contracts import DeliveryNote, Execution, ExecutionState
from .admitting import admission
from .arguments import milliseconds, numbered, owed_json, to_json
from .calls import Call, load_script
from .keys import Keys
from .replies import (
    READ_FIELDS,
    RECALL_FIELDS,
    to_begun,
    to_cancel_request,
    to_execution,
    to_history,
    to_overdue,
    to_recalled,
    to_republished,
)
from .transitions import (
    Admission,
    Beat,
    Begun,
    CancelRequest,
    LedgerOptions,
    Overdue,
    Push,
    Recalled,
    Republished,
    Settlement,
    Step,
    Submission,
)

# Operations whose hold or lease ends by itself, unless a running execution says that it lives.
_RENEWED: Final = frozenset({"cache", "concurrency_limit", "credits"})


class Ledger:
    """Makes the calls; a Store or an AsyncStore runs them."""

    def __init__(self, keys: Keys, options: LedgerOptions) -> None:
        self.keys = keys
        self.options = options
        # Said with every call, so written once.
        self._lease_ms = str(milliseconds(options.lease))
        self._republish_after_ms = str(milliseconds(options.republish_after))
        self._retention_ms = str(milliseconds(options.retention))
        self._dead_retention_ms = str(milliseconds(options.dead_retention))
        self._max_deliveries = str(options.max_deliveries)

    def admit(self, submission: Submission, *, is_durable: bool = False) -> Call[Admission]:
        """Decide, record and queue a submission, or refuse it and write nothing.

        A durable one is answered once it is on the server's disk.
        """
        return admission(self.keys, submission, self._republish_after_ms, is_durable=is_durable)

    def begin(
        self,
        execution_id: str,
        tenant: str,
        token: str,
        *,
        task: str | None = None,
        worker: str = "",
    ) -> Call[Begun]:
        """Take an execution for one delivery, or learn why not.

        With a ``task``, an execution of another one is left as it is. ``worker`` is for the history.
        """
        return Call(
            load_script("begin"),
            self._record_keys(execution_id, tenant),
            (execution_id, token, self._lease_ms, self._max_deliveries, task or "", worker),
            lambda reply: to_begun(execution_id, token, reply),
        )

    def heartbeat(
        self,
        execution_id: str,
        tenant: str,
        fence: int,
        progress_json: str | None = None,
        steps: Sequence[Step] = (),
    ) -> Call[Beat]:
        """Extend the lease and learn whether the body is to stop; stale when another has it.

        What the ``steps`` of its settlement hold only for a time is held longer.
        """
        notice = self.keys.tenant(tenant).notice(execution_id)
        keys = list(self._record_keys(execution_id, tenant))
        renewed = numbered(keys, [step for step in steps if step.operation in _RENEWED])
        return Call(
            load_script("heartbeat"),
            tuple(keys),
            (
                *(execution_id, str(fence), self._lease_ms, progress_json or "", notice),
                to_json(renewed) if renewed else "",
            ),
            Beat,
        )

    def settle(self, settlement: Settlement) -> Call[str]:
        """End an execution. The reply is settled, already (a resend), stale or missing."""
        names = self.keys.tenant(settlement.tenant)
        keys = [names.execution(settlement.execution_id), names.due]
        ack = settlement.ack
        if ack is not None:
            keys += (ack.unacked_key, ack.index_key)
        is_dead = settlement.state is ExecutionState.DEAD
        owed = owed_json(keys, settlement, names, self.options.result_inline_bytes)
        return Call(
            load_script("settle"),
            tuple(keys),
            (
                *(settlement.execution_id, str(settlement.fence), settlement.token),
                *(settlement.state.value, settlement.result_json, settlement.error_json),
                self._dead_retention_ms if is_dead else self._retention_ms,
                names.notice(settlement.execution_id),
                "" if ack is None else ack.delivery_tag,
                owed,
            ),
            str,
            ends=True,
        )

    def cancel(self, execution_id: str, tenant: str) -> Call[CancelRequest]:
        """Ask an execution to stop.

        A settlement of a queued one that is told "stale" says that a worker has begun it meanwhile,
        which knows of the request.
        """
        return Call(
            load_script("cancel"),
            self._record_keys(execution_id, tenant),
            (execution_id, tenant, self.keys.cancellations, self._lease_ms),
            to_cancel_request,
        )

    def republish(
        self,
        execution_id: str,
        tenant: str,
        push: Push | None = None,
        *,
        unknown_patience: timedelta | None = None,
    ) -> Call[Republished]:
        """Put an overdue execution into its queue, unless it waits or has to be settled instead.

        One whose next delivery is its last waits while another such one of its tenant is out.

        ``unknown_patience`` says that the caller does not know the task, and how long that is borne.
        """
        keys = (*self._record_keys(execution_id, tenant), self.keys.tenant(tenant).suspect)
        request: dict[str, Any] = {
            "execution": execution_id,
            "max_deliveries": self.options.max_deliveries,
            "republish_after_ms": milliseconds(self.options.republish_after),
        }
        if unknown_patience is not None:
            request["unknown_patience_ms"] = milliseconds(unknown_patience)
        if push is not None:
            keys = (*keys, push.queue_key)
        message = "" if push is None else push.message
        return Call(load_script("republish"), keys, (to_json(request), message), to_republished)

    def give_back(self, execution_id: str, tenant: str, fence: int) -> Call[bool]:
        """Let another worker begin it at once; False says that one already has."""
        return Call(
            load_script("give_back"),
            self._record_keys(execution_id, tenant),
            (execution_id, str(fence)),
            lambda reply: bool(reply == "given_back"),
        )

    def overdue(self, tenant: str, count: int) -> Call[Overdue]:
        """Find up to ``count`` executions that the reconciler should look at, the oldest first."""
        names = self.keys.tenant(tenant)
        arguments = (str(count), self._dead_retention_ms)
        return Call(
            load_script("overdue"), (names.due, names.dead_executions), arguments, to_overdue
        )

    def recall(self, execution_id: str, tenant: str) -> Call[Recalled | None]:
        """Read what a new message of this execution says; None when the record is gone."""
        key = self.keys.tenant(tenant).execution(execution_id)
        return Call(load_script("read"), (key,), RECALL_FIELDS, to_recalled)

    def read(self, execution_id: str, tenant: str) -> Call[Execution | None]:
        """Read one record; None when it never existed or has expired."""
        names = self.keys.tenant(tenant)
        return Call(
            load_script("read"),
            (names.execution(execution_id), names.result(execution_id)),
            READ_FIELDS,
            lambda reply: to_execution(execution_id, tenant, reply),
        )

    def history(self, execution_id: str, tenant: str) -> Call[tuple[DeliveryNote, ...]]:
        """Read its deliveries, the first one first; of those given back only the last."""
        key = self.keys.tenant(tenant).execution(execution_id)
        return Call(load_script("history"), (key,), (), to_history)

    def _record_keys(self, execution_id: str, tenant: str) -> tuple[str, ...]:
        names = self.keys.tenant(tenant)
        return (names.execution(execution_id), names.due)
