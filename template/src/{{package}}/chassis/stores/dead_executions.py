"""Executions that were given up: list, look into, forget, and note that one was submitted again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..contracts import Principal
from .calls import Call, Reply, load_script
from .keys import Keys

_FIND_FIELDS = ("state", "task", "args", "principal", "replayed_as")


@dataclass(frozen=True, slots=True)
class DeadEntry:
    """One place in a tenant's list. ``cursor`` is where the page behind it begins."""

    execution_id: str
    died_at: datetime
    cursor: str


@dataclass(frozen=True, slots=True)
class DeadExecution:
    """What it takes to submit a dead execution again. The ledger reads the rest of the record."""

    execution_id: str
    tenant: str
    task: str
    args_json: str
    principal: Principal
    replayed_as: str | None


class DeadExecutions:
    """Makes the calls on the dead executions of each tenant."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def page(
        self, tenant: str, *, after: str = "", count: int = 100
    ) -> Call[tuple[DeadEntry, ...]]:
        """List them, the longest dead first, those behind the cursor ``after``.

        A record may have expired before its place in the list.
        """
        died_ms, _, execution_id = after.partition("-")
        key = self.keys.tenant(tenant).dead_executions
        arguments = (str(count), died_ms or "0", execution_id)
        return Call(load_script("dead_executions"), (key,), arguments, _entries)

    def find(self, tenant: str, execution_id: str) -> Call[DeadExecution | None]:
        """Read one; None when it is gone or did not end as dead."""

        def parse(reply: Reply) -> DeadExecution | None:
            state, task, args_json, principal, replayed_as = reply
            if state != "dead":
                return None
            return DeadExecution(
                execution_id=execution_id,
                tenant=tenant,
                task=task,
                args_json=args_json,
                principal=Principal.model_validate_json(principal),
                replayed_as=replayed_as,
            )

        key = self.keys.tenant(tenant).execution(execution_id)
        return Call(load_script("read"), (key,), _FIND_FIELDS, parse)

    def forget(self, tenant: str, execution_ids: Sequence[str]) -> Call[int]:
        """Delete them with their records, and count them. What is not dead stays."""
        names = self.keys.tenant(tenant)
        keys = [names.dead_executions]
        for execution_id in execution_ids:
            keys += (names.execution(execution_id), names.result(execution_id))
        return Call(load_script("forget_executions"), tuple(keys), tuple(execution_ids), int)

    def mark_replayed(self, tenant: str, execution_id: str, replayed_as: str) -> Call[str | None]:
        """Take one off the list, because it was submitted again as ``replayed_as``.

        The first mark stays, and is the answer; None says that no such execution is dead.
        """
        names = self.keys.tenant(tenant)
        return Call(
            load_script("mark_replayed"),
            (names.execution(execution_id), names.dead_executions),
            (execution_id, replayed_as),
            lambda reply: None if reply is None else str(reply),
        )


def _entries(reply: Reply) -> tuple[DeadEntry, ...]:
    return tuple(
        DeadEntry(
            execution_id,
            datetime.fromtimestamp(int(died_ms) / 1000, UTC),
            f"{died_ms}-{execution_id}",
        )
        for execution_id, died_ms in zip(reply[::2], reply[1::2], strict=True)
    )
