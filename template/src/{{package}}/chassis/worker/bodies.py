"""Runs one body inside its policies: on the loop that called, or in this thread."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from ..contracts import (
    SYSTEM,
    Sections,
    Task,
    TaskArgs,
    TaskContext,
    TaskFailed,
    TaskKind,
    TaskLogger,
    TaskResult,
)
from ..observability import Metrics, bind_context, get_secure_logger
from ..policies import Breakers, RetryBudgets, Surroundings, Timeout, acting_as, pipeline_of
from .running import BodyInterrupted, Interruption, Running

# Sent to ourselves: only a signal reaches a `def` body that computes.
INTERRUPT_SIGNAL = signal.SIGUSR2
INTERRUPT_SIGNALS = (INTERRUPT_SIGNAL, signal.SIGTERM)


@dataclass(slots=True)
class Body:
    """The body of one delivery, attempt by attempt. ``context`` is the latest attempt's."""

    running: Running
    args: TaskArgs
    sections: Sections
    metrics: Metrics
    breakers: Breakers
    budgets: RetryBudgets
    last_good: TaskResult | None = None
    context: TaskContext = field(init=False)
    surroundings: Surroundings = field(init=False)
    _deadline: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        task = self.running.task
        limit = total_limit(task)
        self._deadline = datetime.now(UTC) + limit if limit else None
        self.surroundings = Surroundings(
            task=task.name,
            record=partial(self.metrics.record_policy, task.name),
            breakers=self.breakers,
            budgets=self.budgets,
            args=self.args,
            last_good=self.last_good,
            runs_once=pipeline_of(task).runs_once,
        )
        if limit:
            self.surroundings.deadline = self.surroundings.clock() + limit.total_seconds()

    async def run_on_loop(self) -> object:
        """Run an `async def` body. Raises what it raises, and BodyInterrupted when interrupted."""
        loop, delivery = asyncio.get_running_loop(), asyncio.current_task()

        def cancel() -> None:
            # On the loop by now: between the body's end and this, nothing else must be cancelled.
            if delivery is not None and self.running.cancel is not None:
                delivery.cancel()

        self.running.interruptible(lambda: loop.call_soon_threadsafe(cancel))
        try:
            if self.running.interruption is not None:
                # The cancellation would let it run to its first await.
                raise BodyInterrupted
            pipeline = pipeline_of(self.running.task)
            result = await pipeline.run_async(self._attempt_async, self.surroundings)
            self._forget_what_failed()
        except asyncio.CancelledError as error:
            if self.running.interruption is not None:
                raise BodyInterrupted from error
            message = f"'{self.running.task.name}' cancelled itself"
            raise TaskFailed(message) from error
        finally:
            self.running.interruptible(None)
        return result

    def run_here(self) -> object:
        """Run a `def` body in this thread. Raises as `run_on_loop`."""
        if self.running.task.kind is TaskKind.ASYNC:
            message = (
                f"'{self.running.task.name}' is `async def`, and this thread has no event loop"
            )
            raise TaskFailed(message)
        with interruptible_here(self.running):
            pipeline = pipeline_of(self.running.task)
            result = pipeline.run_sync(self._attempt_sync, self.surroundings)
            self._forget_what_failed()
        return result

    async def _attempt_async(self, number: int) -> object:
        with bind_context(attempt=number), acting_as(self.running.begun.principal or SYSTEM):
            self._begin_attempt(number)
            try:
                return await self.running.task.function(self.args, self.context)
            except (SystemExit, KeyboardInterrupt) as error:
                raise _exited(self.running.task) from error

    def _attempt_sync(self, number: int) -> object:
        with bind_context(attempt=number), acting_as(self.running.begun.principal or SYSTEM):
            self._begin_attempt(number)
            try:
                return self.running.task.function(self.args, self.context)
            except (SystemExit, KeyboardInterrupt) as error:
                raise _exited(self.running.task) from error

    def _begin_attempt(self, number: int) -> None:
        self.running.has_started = True
        if number > 1:
            self.metrics.record_retry(self.running.task.name)
        # Events and credits of an attempt that failed are forgotten with its context.
        self.context = self._context(number)

    def _forget_what_failed(self) -> None:
        """A fallback answers for attempts that failed, or for none where a circuit was open."""
        if self.surroundings.is_degraded:
            self.context = self._context(1)

    def _context(self, number: int) -> TaskContext:
        task, begun = self.running.task, self.running.begun
        return TaskContext(
            execution_id=begun.execution_id,
            logger=_logger_of(task),
            report=self.running.report,
            principal=begun.principal or SYSTEM,
            attempt=number,
            delivery=begun.delivery,
            deadline=self._deadline,
            correlation_id=begun.correlation_id,
            sections=self.sections,
            recalled=self.last_good,
        )


def total_limit(task: Task[Any, Any]) -> timedelta | None:
    """How long all attempts together may take; None without a total timeout."""
    for policy in task.policies:
        if isinstance(policy, Timeout) and policy.options.total is not None:
            return timedelta(seconds=policy.options.total)
    return None


@contextmanager
def interruptible_here(running: Running) -> Iterator[None]:
    """Let signals interrupt a body in the main thread, which is where prefork children run theirs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    is_over = False

    def interrupted(number: int, _frame: object) -> None:
        if number == signal.SIGTERM and running.interruption is None:
            running.interruption = Interruption.STOPPING
        if not is_over:
            raise BodyInterrupted

    handlers = {number: signal.signal(number, interrupted) for number in INTERRUPT_SIGNALS}
    try:
        running.interruptible(lambda: os.kill(os.getpid(), INTERRUPT_SIGNAL))
        yield
    finally:
        # A signal from here on is too late; raised here, it would leave these handlers in place.
        is_over = True
        running.interruptible(None)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _exited(task: Task[Any, Any]) -> TaskFailed:
    # It would end the loop that all other bodies share, or the child.
    return TaskFailed(f"the body of '{task.name}' called exit(); raise an error instead")


def _logger_of(task: Task[Any, Any]) -> TaskLogger:
    # structlog's own protocol names its first parameter, ours leaves that name free for a field.
    return cast("TaskLogger", get_secure_logger(f"tasks.{task.name}"))
