"""What a worker process runs deliveries with: made once per process, behind the fork."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..contracts import Outcome, Sections, Task, TaskKind
from ..observability import Metrics, Tracing
from ..stores import Ledger, Store
from .execute import Executor
from .incoming import IncomingMessage
from .options import WorkerOptions
from .submit import Submitter


@dataclass(slots=True)
class Runtime:
    """The parts of a worker. ``open_store`` and ``make_submitter`` are called in each process,
    since connections do not survive a fork.
    """

    open_store: Callable[[], Store]
    make_submitter: Callable[[Store], Submitter]
    ledger: Ledger
    options: WorkerOptions
    event_bytes_maximum: int
    sections: Sections
    metrics: Metrics
    tracing: Tracing
    executor: Executor | None = None
    after_interruption: Callable[[], None] = lambda: None
    _store: Store | None = None

    def start(self, kind: TaskKind) -> Executor:
        """Open the connections and start the threads of this process."""
        self._store = store = self.open_store()
        self.executor = Executor(
            kind=kind,
            store=store,
            ledger=self.ledger,
            submitter=self.make_submitter(store),
            options=self.options,
            event_bytes_maximum=self.event_bytes_maximum,
            sections=self.sections,
            metrics=self.metrics,
            tracing=self.tracing,
        )
        self.executor.start()
        return self.executor

    def stop(self) -> None:
        """Give back what runs and end the threads."""
        if self.executor is not None:
            self.executor.stop()
            self.executor = None
        if self._store is not None:
            self._store.client.close()
            self._store = None

    def deliver(self, task: Task[Any, Any], message: IncomingMessage) -> Outcome:
        """What the Celery app calls for each message."""
        if self.executor is None:
            message_text = "the worker's runtime was not started in this process"
            raise RuntimeError(message_text)
        outcome = self.executor.deliver(task, message)
        if outcome is Outcome.INTERRUPTED:
            self.after_interruption()
        return outcome
