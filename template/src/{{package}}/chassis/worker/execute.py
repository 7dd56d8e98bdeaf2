"""Runs the deliveries of one process, and keeps their leases."""

import threading
from collections.abc import Mapping
from typing import Any

from ..contracts import Outcome, Task, TaskKind
from .cancellations import Cancellations
from .delivery import Deliveries
from .heartbeat import Heartbeats
from .incoming import IncomingMessage
from .performing import Ended, Performer
from .running import Interruption


class Executor:
    """What a worker process hands its deliveries to; make and start it behind the fork.

    ``performers`` has one for each kind of task that this process may run.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        heartbeats: Heartbeats,
        cancellations: Cancellations,
        performers: Mapping[TaskKind, Performer],
        stopping: threading.Event,
    ) -> None:
        self._deliveries = deliveries
        self._heartbeats = heartbeats
        self._cancellations = cancellations
        self._performers = performers
        self._stopping = stopping

    def start(self) -> None:
        """Start the threads of this process."""
        self._heartbeats.start()
        self._cancellations.start()
        for performer in self._performers.values():
            performer.start()

    def stop(self) -> None:
        """Interrupt what still runs and end the threads."""
        self.interrupt_all()
        for performer in self._performers.values():
            performer.stop()
        self._cancellations.stop()
        self._heartbeats.stop()

    def interrupt_all(self) -> None:
        """Stop every running body; its delivery is given back, for another worker to begin."""
        self._stopping.set()
        for performer in self._performers.values():
            performer.hurry()
        for running in self._heartbeats.all():
            running.interrupt(Interruption.STOPPING)

    def deliver(self, task: Task[Any, Any], message: IncomingMessage) -> Outcome:
        """Run one delivery to its outcome. Raises as `Deliveries.steps`."""
        return self._performers[task.kind].perform(self._deliveries.steps(task, message))

    def begin(self, task: Task[Any, Any], message: IncomingMessage, ended: Ended) -> None:
        """Run one delivery; ``ended`` is told, maybe later and from another thread."""
        self._performers[task.kind].begin(self._deliveries.steps(task, message), ended)
