"""The processes that run tasks: threads and one event loop for `async def`, prefork for `def`."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Final

from celery import Celery
from prometheus_client import CollectorRegistry
from valkey.exceptions import ValkeyError

from ..app import Service
from ..chassis.contracts import TaskKind
from ..chassis.observability import (
    Check,
    Heartbeat,
    get_secure_logger,
    prepare_multiprocess,
    registry_of_all_processes,
)
from ..chassis.stores import GatheringStore, Store, connect, connect_async
from ..chassis.worker.celery_app import build_celery
from ..chassis.worker.deferral import Deferral
from ..chassis.worker.process import run_worker as run_celery_worker
from ..chassis.worker.runtime import Runtime
from .shell import announce_tasks, begin, exposed, hasty_client, serve

# Celery waits up to 30 s between two attempts to connect.
TURN_SECONDS: Final = 60.0

_log = get_secure_logger(__name__)


def run_worker(kind: TaskKind) -> None:
    """Run the tasks of one kind until told to stop."""
    service = begin("worker", shown_as=f"worker-{kind}")
    announce_tasks(service)
    if not service.registry.queues(kind):
        # No error: compose starts both kinds, and would restart this one for ever.
        _log.warning("nothing to do: the service has no task of this kind", kind=kind)
        serve(service, _wait)
        return
    with tempfile.TemporaryDirectory(prefix="metrics-") as folder, ExitStack() as open_doors:
        if kind is TaskKind.SYNC:
            prepare_multiprocess(Path(folder))
        service.guards.install()
        runtime = build_runtime(service)
        registry = registry_of_all_processes() if kind is TaskKind.SYNC else None
        turns, is_consuming = Heartbeat(limit_seconds=TURN_SECONDS), Event()
        door = _exposed(service, registry, turns, is_consuming)
        if kind is TaskKind.ASYNC:
            # Also while the broker is awaited, which may take long.
            open_doors.enter_context(door)

        def ready() -> None:
            is_consuming.set()
            if kind is TaskKind.SYNC:
                # Not before: threads of this process must not be there when children are forked.
                open_doors.enter_context(door)

        status = run_celery_worker(
            build_celery_app(service, runtime),
            runtime,
            service.registry,
            kind,
            service.settings.worker,
            on_ready=ready,
            on_turn=turns.beat,
        )
    sys.exit(status)


@contextmanager
def _exposed(
    service: Service, registry: CollectorRegistry | None, turns: Heartbeat, is_consuming: Event
) -> Iterator[None]:
    with hasty_client(service) as client:
        live = {"consumer": consumes_or_waits(turns, lambda: bool(client.ping()))}
        ready = {"consumer": is_consuming.is_set}
        with exposed(service, registry=registry, live=live, ready=ready):
            yield


def consumes_or_waits(turns: Heartbeat, answers: Check) -> Check:
    """Whether the consumer turns. It cannot while Valkey is away; a restart would not help, and
    would end the bodies that wait to settle, so such a worker lives.
    """

    def is_live() -> bool:
        with suppress(ValkeyError, OSError):
            if answers():
                return turns.is_fresh()
        turns.beat()
        return True

    return is_live


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


def build_runtime(service: Service) -> Runtime:
    """What deliveries run with."""
    settings, guards = service.settings, service.guards
    return Runtime(
        # Bodies may call guarded functions, which then share these.
        open_store=lambda: guards.use(Store(connect(settings.valkey))),
        open_async_store=lambda: guards.use_here(GatheringStore(connect_async(settings.valkey))),
        broker_is_store=service.broker.is_store,
        planner=service.planner,
        ledger=service.ledger,
        options=service.settings.worker,
        event_bytes_maximum=service.settings.messaging.event_bytes_maximum,
        sections=service.sections,
        metrics=service.metrics,
        tracing=service.tracing,
    )


def build_celery_app(service: Service, runtime: Runtime) -> Celery:
    """The Celery app whose messages the runtime delivers."""
    return build_celery(
        service=service.name,
        registry=service.registry,
        broker=service.broker,
        messages=service.planner.messages,
        options=service.settings.worker,
        deliver=runtime.deliver,
        begin=runtime.begin,
        defer=build_deferral(service).defer,
        recall=runtime.recall,
    )


def build_deferral(service: Service) -> Deferral:
    """What keeps foreign messages that are due much later. The consuming loop waits for it."""
    return Deferral(
        lambda: Store(hasty_client(service)),
        service.planner,
        service.ledger,
        service.settings.worker,
        service.metrics,
    )
