"""Records foreign messages that are due much later as delayed executions."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from ..contracts import SYSTEM, StoreUnavailable, Task, TaskRejected, Verdict
from ..observability import Metrics, get_secure_logger
from ..stores import Ledger, Store, register_tenant
from .options import WorkerOptions
from .planning import Asked, Planner
from .rounds import warn_of
from .strategy import DueLater

# The consuming loop waits for each call, so it does not ask again soon after one that failed.
PAUSE_AFTER_OUTAGE_SECONDS = 10.0

_log = get_secure_logger(__name__)


class Deferral:
    """Used by the consuming loop of a worker, which opens the store when it first needs it."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        planner: Planner,
        ledger: Ledger,
        options: WorkerOptions,
        metrics: Metrics,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._open_store = open_store
        self._planner = planner
        self._ledger = ledger
        self._bound = timedelta(seconds=options.eta_memory_seconds)
        self._metrics = metrics
        self._clock = clock
        self._store: Store | None = None
        self._not_before = 0.0

    def defer(self, task: Task[Any, Any], late: DueLater) -> bool:
        """Whether the ledger has it now; else it stays with Celery, which looks at it when due.

        The message's id is the execution's, so a redelivery finds the record and changes nothing.
        """
        message, delay = late.message, late.due - self._clock()
        if delay <= self._bound or time.monotonic() < self._not_before:
            return False
        try:
            args = task.args_model.model_validate_json(json.dumps(message.arguments))
            verdict = self._admit(Asked(task, args, SYSTEM, message.execution_id, delay=delay))
        except Exception as error:  # noqa: BLE001 - one message must not end the consuming loop
            self._remember(task, error)
            return False
        if verdict is not Verdict.ADMITTED:
            return False
        self._metrics.record_submitted(task.name, verdict)
        _log.info(
            "foreign message deferred",
            task=task.name,
            execution_id=message.execution_id,
            due=late.due.isoformat(),
        )
        return True

    def _remember(self, task: Task[Any, Any], error: Exception) -> None:
        if isinstance(error, StoreUnavailable):
            self._not_before = time.monotonic() + PAUSE_AFTER_OUTAGE_SECONDS
        elif isinstance(error, ValidationError | TaskRejected):
            # What is wrong with it is said when it is due, like that of any foreign message.
            return
        warn_of(_log, "foreign message stays in memory until it is due", error, task=task.name)

    def _admit(self, asked: Asked) -> Verdict:
        submission = self._planner.record_only(asked)
        if self._store is None:
            store = self._open_store()
            store.run(register_tenant(self._ledger.keys, SYSTEM.tenant))
            self._store = store
        return self._store.run(self._ledger.admit(submission)).verdict
