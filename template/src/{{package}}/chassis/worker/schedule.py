"""Submits scheduled tasks: each slot once, however many schedulers run."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from ..contracts import StoreUnavailable, Task, TaskRejected
from ..observability import Metrics, bind_context, get_secure_logger
from .options import WorkerOptions
from .outages import warn_of
from .registry import Registry
from .submit import AsyncSubmitter

# Names our slots among all name-based ids. Never changes, or a slot would run twice.
SLOTS = UUID("6f2b3c1e-52f0-4d55-9a53-2f6f2a0f6a11")

RETRY_SECONDS = 2.0

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of a scheduled task; ``start`` in seconds since 1970."""

    number: int
    start: float
    end: float


def slot_at(now: float, every: timedelta) -> Slot:
    """The slot that ``now`` lies in. Slots are counted from 1970, so all schedulers agree."""
    length = every.total_seconds()
    number = int(now // length)
    return Slot(number, number * length, (number + 1) * length)


def slot_id(service: str, task: str, slot: Slot) -> str:
    """The execution id of a slot: a second submission finds the first one's record."""
    return str(uuid5(SLOTS, f"{service}/{task}/{slot.number}"))


class Scheduler:
    """Submits the tasks that declare `every`, with default arguments, as SYSTEM."""

    def __init__(
        self,
        service: str,
        registry: Registry,
        submitter: AsyncSubmitter,
        options: WorkerOptions,
        metrics: Metrics,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._tasks = tuple(task for task in registry.values() if task.every is not None)
        self._submitter = submitter
        self._catch_up_seconds = _catch_up(options)
        self._metrics = metrics
        self._clock = clock
        self._done: dict[str, int] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Submit until ``stop`` is set; without scheduled tasks, just wait for it."""
        while not stop.is_set():
            wait = await self.run_once()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)

    async def run_once(self) -> float | None:
        """Submit what is due; returns the seconds until the next slot, None without schedules."""
        waits = [await self._turn(task, task.every) for task in self._tasks if task.every]
        return min(waits, default=None)

    async def _turn(self, task: Task[Any, Any], every: timedelta) -> float:
        now = self._clock()
        slot = slot_at(now, every)
        if self._done.get(task.name) != slot.number:
            if now - slot.start > self._catch_up_seconds:
                # Its record may have expired, so another scheduler's run could not be recognised.
                _log.warning("slot missed", task=task.name, slot=slot.number)
            elif not await self._submit(task, slot):
                return RETRY_SECONDS
            self._done[task.name] = slot.number
        return max(0.0, slot.end - self._clock())

    async def _submit(self, task: Task[Any, Any], slot: Slot) -> bool:
        """Whether the slot is dealt with; a refusal is final for it, an outage is not."""
        execution_id = slot_id(self._service, task.name, slot)
        with bind_context(execution_id=execution_id, task=task.name):
            try:
                await self._submitter.submit(
                    task, task.args_model(), execution_id=execution_id, correlation_id=execution_id
                )
            except StoreUnavailable as error:
                self._metrics.record_schedule("failed")
                warn_of(_log, "slot not submitted; trying again", error)
                return False
            except TaskRejected:
                self._metrics.record_schedule("failed")
                _log.exception("slot refused")
                return True
        self._metrics.record_schedule("done")
        return True


def _catch_up(options: WorkerOptions) -> float:
    # Half the retention: a slot's record must still be there while the slot may be submitted.
    return min(options.schedule_catch_up_seconds, options.result_retention.total_seconds() / 2)
