"""The steps of a delivery: begin -> protected body -> settle, one request for begin and settle each.

Written once as a generator that asks for calls and bodies, so that the event loop and the prefork
children run the same steps, each in its own way.
"""

import logging
import time
from collections.abc import Generator
from typing import Any

from ..contracts import Outcome, Sections, StoreUnavailable, Task, TaskRejected, Verdict
from ..observability import Metrics, Tracing, bind_context, get_secure_logger
from ..policies import RetryBudgets, pipeline_of, refusal
from ..stores import Begun, Ledger, retake
from .authority import Authority
from .bodies import Body
from .burial import end_unrun
from .conclude import Conclusion, conclude_error, conclude_result
from .endings import Endings
from .foreign import ForeignMessages
from .heartbeat import Heartbeats
from .incoming import IncomingMessage
from .message import new_id
from .options import WorkerOptions
from .patience import Patience
from .performing import Effect, Steps
from .planning import Planner
from .recalling import recall
from .retrying import is_to_retry
from .running import BodyInterrupted, Interruption, Running

_log = get_secure_logger(__name__)


class Deliveries:
    """Makes the steps of deliveries; a performer takes them.

    ``worker`` names this process in the history of its executions. Where ``broker_is_store``,
    settlement acknowledges the message as well.
    """

    def __init__(
        self,
        *,
        worker: str,
        broker_is_store: bool,
        ledger: Ledger,
        planner: Planner,
        heartbeats: Heartbeats,
        patience: Patience,
        options: WorkerOptions,
        event_bytes_maximum: int,
        sections: Sections,
        metrics: Metrics,
        tracing: Tracing,
    ) -> None:
        self._worker = worker
        self._planner = planner
        self._budgets = RetryBudgets(time.monotonic)
        self._authority = Authority(ledger.keys, patience)
        self._endings = Endings(ledger, heartbeats, patience, metrics, acknowledges=broker_is_store)
        self._ledger = ledger
        self._heartbeats = heartbeats
        self._patience = patience
        self._options = options
        self._event_bytes_maximum = event_bytes_maximum
        self._sections = sections
        self._metrics = metrics
        self._tracing = tracing
        self._foreign = ForeignMessages(planner, ledger, patience, metrics)

    def steps(self, task: Task[Any, Any], message: IncomingMessage) -> Steps:
        """Run one delivery to its outcome.

        Raises StoreUnavailable when Valkey took a call of it not within the patience of the
        options, and RetryLater for a foreign message that may not be admitted yet.
        """
        with bind_context(execution_id=message.execution_id, task=task.name, tenant=message.tenant):
            ended = (yield from self._foreign.admit(task, message)) if message.is_foreign else None
            if ended is not None:
                return self._skip(task, ended)
            begun = yield from self._begin(task, message)
            if begun.verdict != "started":
                outcome = yield from self._not_started(message, begun)
                return self._skip(task, outcome)
            with bind_context(correlation_id=begun.correlation_id):
                return (yield from self._run(Running(task, message, begun)))

    def _begin(
        self, task: Task[Any, Any], message: IncomingMessage
    ) -> Generator[Effect, Any, Begun]:
        call = self._ledger.begin(
            message.execution_id,
            message.tenant,
            token=new_id(),
            task=task.name,
            worker=self._worker,
        )
        return (yield from self._patience.insist(call))

    def _not_started(self, message: IncomingMessage, begun: Begun) -> Steps:
        match begun.verdict:
            case "settled":
                return Outcome.DUPLICATE
            case "busy":
                # Dropped, not queued again: if that lease ends unsettled, the reconciler acts.
                return Outcome.BUSY
            case "exhausted" | "uncertain" | "cancelling":
                call, outcome = end_unrun(self._ledger, begun, message.tenant)
                yield from self._patience.insist(call)
                return outcome
            case "misdirected":
                _log.error("message names another task than its execution", recorded=begun.task)
                return Outcome.REJECTED
            case _:
                _log.error("execution has no record: it expired, or the server lost its keys")
                return Outcome.REJECTED

    def _skip(self, task: Task[Any, Any], outcome: Outcome) -> Outcome:
        self._metrics.task_not_started(task.name, outcome)
        _log.info("delivery skipped", outcome=outcome)
        return outcome

    def _run(self, running: Running) -> Steps:
        task, outcome, started = running.task, Outcome.INTERRUPTED, time.perf_counter()
        self._metrics.task_started(task.queue, running.begun.waited_seconds)
        self._heartbeats.add(running)
        if self._patience.stopping.is_set():
            # It began while the others were told; nobody would come back for it.
            running.interrupt(Interruption.STOPPING)
        try:
            conclusion = yield from self._conclude(running)
            if is_to_retry(running, conclusion):
                outcome = yield from self._endings.postpone(running, conclusion)
            else:
                outcome = yield from self._endings.settle(running, conclusion)
            _log_end(running, outcome, time.perf_counter() - started, conclusion.error)
        except BodyInterrupted:
            outcome = yield from self._endings.interrupted(running)
            _log_end(running, outcome, time.perf_counter() - started)
        finally:
            self._heartbeats.remove(running)
            seconds = time.perf_counter() - started
            self._metrics.task_finished(task.name, task.queue, outcome, seconds)
        return outcome

    def _conclude(self, running: Running) -> Generator[Effect, Any, Conclusion]:
        task, begun = running.task, running.begun
        try:
            yield from self._require_permission(running)
            yield from self._retake(running)
            last_good = yield from recall(running, self._ledger.keys, self._patience)
        except StoreUnavailable:
            # It ends the delivery, not the execution.
            raise
        except TaskRejected as refused:
            return conclude_error(refused)
        with self._tracing.span(
            f"run {task.name}", "consumer", traceparent=begun.traceparent
        ) as span:
            try:
                args = task.args_model.model_validate_json(begun.args_json)
                body = Body(
                    running,
                    args,
                    self._sections,
                    self._metrics,
                    self._planner.breakers,
                    self._budgets,
                    last_good,
                )
                result = yield body
                return conclude_result(
                    running,
                    result,
                    body.context,
                    self._options,
                    body.surroundings,
                    event_bytes_maximum=self._event_bytes_maximum,
                )
            except Exception as error:  # noqa: BLE001 - whatever a body raises is its outcome
                span.record_failure(error)
                return conclude_error(error, runs_once=pipeline_of(task).runs_once)

    def _retake(self, running: Running) -> Generator[Effect, Any, None]:
        """Hold again what a postponed execution gave back. Raises the TaskRejected that refuses it."""
        begun = running.begun
        if not begun.was_postponed:
            return
        call = retake(
            self._ledger.keys, begun.execution_id, running.tenant, begun.fence, begun.settlement
        )
        found = yield from self._patience.insist(call)
        if found is not None and found.verdict is not Verdict.ADMITTED:
            raise refusal(running.task.name, begun.execution_id, found)

    def _require_permission(self, running: Running) -> Generator[Effect, Any, None]:
        """Roles may have been revoked while the task waited. Raises NotAuthorized.

        Raises StoreUnavailable, which ends the delivery and not the execution.
        """
        pipeline, principal = pipeline_of(running.task), running.begun.principal
        if pipeline.permissions and principal is not None:
            current = yield from self._authority.current(principal)
            pipeline.require(current, running.task.name)


_LEVELS = {
    Outcome.SUCCEEDED: logging.INFO,
    Outcome.FAILED: logging.ERROR,
    Outcome.STALE: logging.ERROR,
}


def _log_end(
    running: Running, outcome: Outcome, seconds: float, error: Exception | None = None
) -> None:
    _log.log(
        _LEVELS.get(outcome, logging.WARNING),
        "execution ended",
        outcome=outcome,
        queue=running.task.queue,
        delivery=running.begun.delivery,
        seconds=round(seconds, 6),
        waited_seconds=running.begun.waited_seconds,
        exc_info=error,
    )
