"""Submits scheduled tasks: each slot once, by the one scheduler that leads."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from ..contracts import Schedule, Slot, StoreUnavailable, Task, TaskRejected
from ..observability import Metrics, bind_context, get_secure_logger
from ..stores import keep_slots, last_slots
from .leadership import RETRY_SECONDS, Leadership
from .options import WorkerOptions
from .registry import Registry
from .rounds import ROUND_FAILURES, pause, warn_of
from .submit import AsyncSubmitter

# Names our slots among all name-based ids. Never changes, or a slot would run twice.
SLOTS = UUID("6f2b3c1e-52f0-4d55-9a53-2f6f2a0f6a11")

# More missed slots than this are not counted one by one.
MISSED_MAXIMUM = 100

_log = get_secure_logger(__name__)


def slot_id(service: str, task: str, slot: Slot) -> str:
    """The execution id of a slot: a second submission finds the first one's record."""
    return str(uuid5(SLOTS, f"{service}/{task}/{slot.number}"))


def slots_between(schedule: Schedule, last: float, start: float) -> int:
    """How many slots lie between the one that began at ``last`` and the one at ``start``."""
    count, at = 0, schedule.slot_at(last).end
    while at < start and count < MISSED_MAXIMUM:
        count, at = count + 1, schedule.slot_at(at).end
    return count


class Scheduler:
    """Submits the tasks that have a schedule, with default arguments, as SYSTEM.

    The lead spares the others their requests. It is not what makes a slot run once: that is its id,
    so a leader that was paused and submits late does no harm.
    """

    def __init__(
        self,
        service: str,
        registry: Registry,
        submitter: AsyncSubmitter,
        leadership: Leadership,
        options: WorkerOptions,
        metrics: Metrics,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._tasks = [(task, task.schedule) for task in registry.values() if task.schedule]
        self._submitter = submitter
        self._leadership = leadership
        self._catch_up_seconds = _catch_up(options)
        self._metrics = metrics
        self._clock = clock
        self._fence: int | None = None
        self._last: dict[str, float] = {}
        self._unkept: dict[str, float] = {}

    def knows_its_leader(self) -> bool:
        """Whether it is known who submits; with nothing to submit, nobody has to."""
        return not self._tasks or self._leadership.is_known

    async def run(self, stop: asyncio.Event) -> None:
        """Submit or stand by until ``stop`` is set; without scheduled tasks, just wait for it."""
        if not self._tasks:
            await stop.wait()
            return
        while not stop.is_set():
            wait = await self.run_once()
            await pause(stop, wait)
        await self._leadership.give_up()

    async def run_once(self) -> float:
        """Submit what is due, if this process leads; returns the seconds until the next turn."""
        fence = await self._leadership.hold()
        self._metrics.set_scheduler_leads(leads=fence is not None)
        if fence is None:
            return self._leadership.renewal_in_seconds
        try:
            wait = await self._lead(fence)
        except ROUND_FAILURES as error:
            warn_of(_log, "slots neither read nor kept; trying again", error)
            wait = RETRY_SECONDS
        return min(wait, self._leadership.renewal_in_seconds)

    async def _lead(self, fence: int) -> float:
        store, keys = self._leadership.store, self._leadership.keys
        if fence != self._fence:
            self._last, self._unkept = await store.run(last_slots(keys)), {}
            self._fence = fence
        wait = min([await self._turn(task, schedule) for task, schedule in self._tasks])
        if self._unkept:
            if await store.run(keep_slots(keys, fence, self._unkept)):
                self._unkept = {}
            else:
                _log.warning("another scheduler took over", fence=fence)
                self._leadership.lose()
        return wait

    async def _turn(self, task: Task[Any, Any], schedule: Schedule) -> float:
        """Deal with the current slot of a task; returns the seconds until the next one."""
        now = self._clock()
        slot = schedule.slot_at(now)
        names = (task.name, *task.formerly)
        last = max((self._last[name] for name in names if name in self._last), default=None)
        if last is not None and task.name not in self._last:
            # It was renamed: its slots go on, also when the former name is dropped.
            self._last[task.name] = self._unkept[task.name] = last
        if last is None or last < slot.start:
            # Later, its record may have expired, so another scheduler's run could not be recognised.
            is_in_time = now - slot.start <= self._catch_up_seconds
            if is_in_time and not await self._submit(task, slot):
                return RETRY_SECONDS
            if is_in_time:
                self._unkept |= dict.fromkeys(names, slot.start)
            if last is not None:
                missed = slots_between(schedule, last, slot.start) + (not is_in_time)
                self._report_missed(task, last, missed)
            self._last |= dict.fromkeys(names, slot.start)
        return max(0.0, slot.end - self._clock())

    async def _submit(self, task: Task[Any, Any], slot: Slot) -> bool:
        """Whether the slot is dealt with; a refusal is final for it, an outage is not."""
        execution_id = slot_id(self._service, task.name_in_keys, slot)
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

    def _report_missed(self, task: Task[Any, Any], last: float, count: int) -> None:
        if count:
            self._metrics.record_schedule("missed", count)
            since = datetime.fromtimestamp(last, UTC).isoformat()
            _log.warning("slots missed", task=task.name, count=count, last_slot=since)


def _catch_up(options: WorkerOptions) -> float:
    # Half the retention: a slot's record must still be there while the slot may be submitted.
    return min(options.schedule_catch_up_seconds, options.result_retention.total_seconds() / 2)
