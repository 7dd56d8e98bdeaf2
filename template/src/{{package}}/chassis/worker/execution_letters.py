"""Executions that were given up: look at them, submit them again, or forget them."""

from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from pydantic import ValidationError

from ..contracts import (
    DeadLetter,
    DeadLetterDetails,
    DeadLetterKind,
    DeadLetterNotFound,
    DeadLetterNotReplayable,
    DeadLetterPage,
    Execution,
    Task,
    TaskArgs,
)
from ..observability import Redactor, redact_stored_text
from ..stores import AsyncStore, DeadExecution, DeadExecutions, Ledger
from .registry import Registry
from .submit import AsyncSubmitter

KIND: Final = DeadLetterKind.EXECUTIONS
# Records that are deleted in one request.
PURGED_AT_ONCE: Final = 100


class ExecutionLetters:
    """The dead executions of each tenant, as DeadLetters."""

    def __init__(
        self,
        store: AsyncStore,
        ledger: Ledger,
        submitter: AsyncSubmitter,
        tasks: Registry,
        redactor: Redactor,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._dead = DeadExecutions(ledger.keys)
        self._submitter = submitter
        self._tasks = tasks
        self._redactor = redactor

    async def page(self, tenant: str, *, after: str = "", count: int = 100) -> DeadLetterPage:
        """The ``count`` that died first behind the cursor ``after``."""
        entries = await self._store.run(self._dead.page(tenant, after=after, count=count))
        calls = [self._ledger.read(entry.execution_id, tenant) for entry in entries]
        records = await self._store.run_many(calls)
        return DeadLetterPage(
            # A record may have expired before its place in the list.
            letters=tuple(DeadLetter(**_listed(each)) for each in records if each is not None),
            next=entries[-1].cursor if len(entries) == count else None,
        )

    async def show(self, tenant: str, letter_id: str) -> DeadLetterDetails:
        """One dead execution with its deliveries and redacted arguments. Raises DeadLetterNotFound."""
        found = await self._find(tenant, letter_id)
        record = await self._store.run(self._ledger.read(letter_id, tenant))
        if record is None:
            raise _not_found(tenant, letter_id)
        return DeadLetterDetails(
            **_listed(record),
            history=await self._store.run(self._ledger.history(letter_id, tenant)),
            payload={
                "user": record.user,
                "correlation_id": record.correlation_id,
                "accepted_at": record.accepted_at.isoformat(),
                "replay_of": record.replay_of,
                "replayed_as": record.replayed_as,
                "args": self._redactor.redact_stored(found.args_json),
            },
        )

    async def replay(self, tenant: str, letter_id: str) -> str:
        """Submit it again, with the same arguments and for the same principal; the new one's id.

        Raises DeadLetterNotFound, DeadLetterNotReplayable, and a TaskRejected from admission.
        """
        found = await self._find(tenant, letter_id)
        if found.replayed_as is not None:
            message = (
                f"execution {letter_id} was replayed already, as {found.replayed_as}; look at that "
                f"one, and replay it should it be dead too"
            )
            raise DeadLetterNotReplayable(message)
        task = self._task(found)
        handle = await self._submitter.submit(
            task,
            _args(task, found),
            principal=found.principal,
            # The same for every replay of this one: sent twice, it is admitted once.
            execution_id=str(uuid5(NAMESPACE_OID, f"replay of {letter_id}")),
            replay_of=letter_id,
        )
        mark = self._dead.mark_replayed(tenant, letter_id, handle.execution_id)
        return await self._store.run(mark) or handle.execution_id

    async def purge(self, tenant: str, letter_id: str) -> bool:
        """Delete one with its record; False says that there was none."""
        call = self._dead.forget(tenant, [letter_id])
        return KIND.is_id(letter_id) and await self._store.run(call) == 1

    async def purge_all(self, tenant: str) -> int:
        """Delete all with their records; how many there were."""
        purged, after, count = 0, "", PURGED_AT_ONCE
        while True:
            entries = await self._store.run(self._dead.page(tenant, after=after, count=count))
            if not entries:
                return purged
            ids = [entry.execution_id for entry in entries]
            purged += await self._store.run(self._dead.forget(tenant, ids))
            after = entries[-1].cursor

    async def _find(self, tenant: str, letter_id: str) -> DeadExecution:
        found = None
        if KIND.is_id(letter_id):
            found = await self._store.run(self._dead.find(tenant, letter_id))
        if found is None:
            raise _not_found(tenant, letter_id)
        return found

    def _task(self, found: DeadExecution) -> Task[Any, Any]:
        task = self._tasks.find(found.task)
        if task is None:
            message = (
                f"execution {found.execution_id} is of a task '{found.task}', which this version "
                f"does not know; deploy one that does, or submit the task by the name it has now"
            )
            raise DeadLetterNotReplayable(message)
        return task


def _listed(record: Execution) -> dict[str, Any]:
    why = f"{record.error.kind}: {record.error.message}" if record.error else ""
    return {
        "id": record.id,
        "kind": KIND,
        "tenant": record.tenant,
        "name": record.task,
        "reason": redact_stored_text(why),
        "buried_at": record.settled_at,
        "deliveries": record.deliveries,
    }


def _args(task: Task[Any, Any], found: DeadExecution) -> TaskArgs:
    try:
        args: TaskArgs = task.args_model.model_validate_json(found.args_json)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) or "all" for each in error.errors())
        message = (
            f"the arguments of execution {found.execution_id} do not fit '{task.name}' as it is "
            f"now ({fields}); submit it anew with arguments that do"
        )
        raise DeadLetterNotReplayable(message) from None
    return args


def _not_found(tenant: str, letter_id: str) -> DeadLetterNotFound:
    message = f"tenant '{tenant}' has no dead execution {letter_id!r}; list those it has"
    return DeadLetterNotFound(message)
