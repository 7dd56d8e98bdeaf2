"""What a worker process runs deliveries with: made once per process, behind the fork."""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..contracts import Execution, Outcome, Sections, Task, TaskKind
from ..observability import Metrics, Tracing
from ..stores import AsyncStore, Ledger, Store
from .cancellations import Cancellations
from .circuit_reports import CircuitReports
from .delivery import Deliveries
from .execute import Executor
from .heartbeat import Heartbeats
from .incoming import IncomingMessage
from .options import WorkerOptions
from .patience import Patience
from .performing import Ended, LoopPerformer, Performer, ThreadPerformer
from .planning import Planner


@dataclass(slots=True)
class Runtime:
    """The parts of a worker. The stores are opened in each process, since connections do not
    survive a fork.
    """

    open_store: Callable[[], Store]
    open_async_store: Callable[[], AsyncStore]
    broker_is_store: bool
    planner: Planner
    ledger: Ledger
    options: WorkerOptions
    event_bytes_maximum: int
    sections: Sections
    metrics: Metrics
    tracing: Tracing
    executor: Executor | None = None
    after_interruption: Callable[[], None] = lambda: None
    _store: Store | None = None
    _reports: CircuitReports | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self, kind: TaskKind) -> Executor:
        """Open the connections and start the threads of this process."""
        self._stopping = stopping = threading.Event()
        self._store = self.open_store()
        heartbeats = Heartbeats(self._store, self.ledger)
        deliveries = Deliveries(
            worker=f"{kind}-{os.getpid()}@{socket.gethostname()}",
            broker_is_store=self.broker_is_store,
            ledger=self.ledger,
            planner=self.planner,
            heartbeats=heartbeats,
            patience=Patience(self.options.store_patience_seconds, stopping),
            options=self.options,
            event_bytes_maximum=self.event_bytes_maximum,
            sections=self.sections,
            metrics=self.metrics,
            tracing=self.tracing,
        )
        performers: dict[TaskKind, Performer] = {TaskKind.SYNC: ThreadPerformer(self._store)}
        if kind is TaskKind.ASYNC:
            performers[TaskKind.ASYNC] = LoopPerformer(
                self.open_async_store, self.options.concurrency(kind)
            )
        self._reports = CircuitReports(
            self._store,
            self.ledger.keys,
            self.planner.breakers,
            f"{os.getpid()}@{socket.gethostname()}",
            self.metrics,
        )
        cancellations = Cancellations(self._store, self.ledger.keys, heartbeats)
        self.executor = Executor(deliveries, heartbeats, cancellations, performers, stopping)
        self.executor.start()
        self._reports.start()
        return self.executor

    def stop(self) -> None:
        """Give back what runs and end the threads."""
        if self._reports is not None:
            self._reports.stop()
            self._reports = None
        if self.executor is not None:
            self.executor.stop()
            self.executor = None
        if self._store is not None:
            self._store.client.close()
            self._store = None

    def deliver(self, task: Task[Any, Any], message: IncomingMessage) -> Outcome:
        """Run one delivery and wait for it: what the Celery app calls for most messages."""
        outcome = self._started.deliver(task, message)
        if outcome is Outcome.INTERRUPTED or self._stopping.is_set():
            self.after_interruption()
        return outcome

    def begin(self, task: Task[Any, Any], message: IncomingMessage, ended: Ended) -> None:
        """Run one delivery on the event loop; ``ended`` is told from there."""
        self._started.begin(task, message, ended)

    def recall(self, message: IncomingMessage) -> Execution | None:
        """What an execution has come to. Raises StoreUnavailable."""
        if self._store is None:
            return None
        return self._store.run(self.ledger.read(message.execution_id, message.tenant))

    @property
    def _started(self) -> Executor:
        if self.executor is None:
            message = "the worker's runtime was not started in this process"
            raise RuntimeError(message)
        return self.executor
