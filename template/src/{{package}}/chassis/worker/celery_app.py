"""Builds the Celery app: the safe baseline, and one Celery task for each of ours."""

import warnings
from asyncio import CancelledError
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from celery import Celery
from celery import Task as CeleryTask
from celery.exceptions import DuplicateTaskNameWarning, Reject

from ..contracts import (
    Execution,
    ExecutionFailed,
    Outcome,
    StoreUnavailable,
    Task,
    TaskKind,
)
from ..observability import get_secure_logger
from . import transport as _registers_its_schemes  # noqa: F401
from .broker import Broker
from .consumer import BuryingConsumer
from .foreign import RetryLater
from .incoming import IncomingMessage, read_message
from .message import PRIORITY_STEPS, Messages
from .options import WorkerOptions
from .performing import Ended
from .registry import Registry
from .results import canvas_result, has_no_results, result_settings
from .strategy import DueLater, deferring

Deliver = Callable[[Task[Any, Any], IncomingMessage], Outcome]
# Told why the message goes back into its queue, or None when it is done with.
LoopEnded = Callable[[Reject | None], None]
Begin = Callable[[Task[Any, Any], IncomingMessage, Ended], None]
Defer = Callable[[Task[Any, Any], DueLater], bool]
Recall = Callable[[IncomingMessage], Execution | None]

WORKER_STOPS = "the worker stops"

# Days of waiting for a rate limit; then Celery gives the message up with an error in the log.
FOREIGN_RETRIES_MAXIMUM = 10_000

_log = get_secure_logger(__name__)


def build_celery(
    *,
    service: str,
    registry: Registry,
    broker: Broker,
    messages: Messages,
    options: WorkerOptions,
    deliver: Deliver,
    begin: Begin,
    defer: Defer,
    recall: Recall,
) -> Celery:
    """The service's Celery app; ``deliver`` runs what arrives and waits, ``begin`` runs it on the
    event loop, ``defer`` may take what is due later, ``recall`` reads what it came to.
    """
    app = Celery(service, set_as_current=False, broker=broker.url)
    app.conf.update(baseline(registry, broker, messages, options))
    # Celery binds the class to its app, so each app has one.
    of_this_app: Any = type(DeliveredTask.__name__, (DeliveredTask,), {})
    for task in registry.values():
        for name in (task.name, *task.formerly):
            # Under a former name, so that metrics and logs tell when it is not used any more.
            known_as = task if name == task.name else replace(task, name=name)
            app.register_task(of_this_app(known_as, deliver, begin, defer, recall))
    with warnings.catch_warnings():
        # Celery would run whichever of two tasks it met first.
        warnings.simplefilter("error", DuplicateTaskNameWarning)
        app.finalize()
    return app


def baseline(
    registry: Registry, broker: Broker, messages: Messages, options: WorkerOptions
) -> dict[str, Any]:  # Celery's settings have every type
    """The settings under which Celery on Valkey keeps what it has accepted."""
    queues = sorted({task.queue for task in registry.values()})
    return {
        "broker_transport_options": broker.transport_options
        | {
            "visibility_timeout": options.visibility_timeout_seconds,
            "fetch_batch": options.fetch_batch,
            "message_bytes_maximum": options.message_bytes_maximum,
            "global_keyprefix": messages.prefix,
            "priority_steps": list(PRIORITY_STEPS),
            # Settlement acknowledges, not the channel; without a bound, calls share more requests.
            "short_at_once": 0,
        },
        "broker_use_ssl": broker.use_ssl,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_acks_late": True,
        "task_retry_on_worker_lost": True,
        "task_publish_retry": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "result_accept_content": ["json"],
        **result_settings(broker, messages, options),
        "task_queues": {name: {} for name in queues},
        "task_default_queue": queues[0] if queues else "default",
        "task_create_missing_queues": False,
        "worker_consumer": f"{BuryingConsumer.__module__}:{BuryingConsumer.__name__}",
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        # A lost child's result is in its record or nowhere; waiting longer only blocks its slot.
        "worker_lost_wait": 1.0,
        "worker_eta_task_limit": 1000,
        "worker_soft_shutdown_timeout": options.grace_seconds,
        "worker_enable_remote_control": options.remote_control,
        "worker_send_task_events": options.remote_control,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "enable_utc": True,
    }


class DeliveredTask(CeleryTask):  # type: ignore[misc]  # Celery is published without types
    """One of our tasks, as Celery knows it: hands each message to ``deliver``."""

    # Foreign arguments are checked against the task's model, not against `run`.
    typing = False
    Strategy = staticmethod(deferring)
    # Told in our own log already.
    throws = (ExecutionFailed,)

    def __init__(
        self, task: Task[Any, Any], deliver: Deliver, begin: Begin, defer: Defer, recall: Recall
    ) -> None:
        self.name = task.name
        self.queue = task.queue
        self.priority = task.priority.value
        self._task = task
        self._deliver = deliver
        self._begin = begin
        self._defer = defer
        self._recall = recall

    def run(self, *args: object, **kwargs: object) -> object:
        """Run one delivery; what it came to is in the execution record, and for canvas returned."""
        request = self.request
        tag = (request.properties or {}).get("delivery_tag", "")
        message = read_message(request.id, request.headers or {}, args, kwargs, delivery_tag=tag)
        try:
            outcome = self._deliver(self._task, message)
        except RetryLater as later:
            raise self.retry(
                exc=later, countdown=later.seconds, max_retries=FOREIGN_RETRIES_MAXIMUM
            ) from later
        except StoreUnavailable as error:
            raise Reject(str(error), requeue=True) from error
        if outcome is Outcome.INTERRUPTED:
            raise Reject(WORKER_STOPS, requeue=True)
        if not message.is_foreign or request.ignore_result or has_no_results(self):
            return None
        return canvas_result(self._task, self._recall(message))

    def defer(self, late: DueLater) -> bool:
        """Whether somebody else keeps the message until it is due."""
        return self._defer(self._task, late)

    def begin_on_loop(self, request: Mapping[str, Any], ended: LoopEnded) -> bool:
        """Run one delivery on the event loop, past Celery's tracer; False when it needs that.

        A message of ours carries nothing that the tracer would act on: no arguments, no result to
        store, no callbacks. ``ended`` is told, on the loop, what to requeue the message for.
        """
        if self._task.kind is not TaskKind.ASYNC:
            return False
        tag = request["properties"].get("delivery_tag", "")
        message = read_message(request["id"], request, (), {}, delivery_tag=tag)
        if message.is_foreign:
            return False
        self._begin(self._task, message, lambda end: ended(_requeued(end)))
        return True

    def apply_async(self, *args: Any, **options: Any) -> Any:  # Celery's own signature
        """Publish as Celery does, but keep arguments out of headers, logs and monitors."""
        return super().apply_async(*args, **{"argsrepr": "…", "kwargsrepr": "…", **options})


def _requeued(end: Outcome | BaseException) -> Reject | None:
    """Why the message goes back into its queue; None when it is done with."""
    if isinstance(end, StoreUnavailable):
        return Reject(str(end), requeue=True)
    if isinstance(end, CancelledError):
        return Reject(WORKER_STOPS, requeue=True)
    if isinstance(end, BaseException):
        # Not put back: whatever broke it would break it again at once, without end. Its record is
        # due when its lease ends, or when it has waited for long enough.
        _log.error("delivery broke off; the reconciler looks after it", exc_info=end)
        return None
    return Reject(WORKER_STOPS, requeue=True) if end is Outcome.INTERRUPTED else None
