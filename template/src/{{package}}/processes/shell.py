"""What is around the work of every process: logs, metrics and health, and an end on a signal."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final, NoReturn

from prometheus_client import CollectorRegistry
from valkey import Valkey

from ..app import Service
from ..chassis.observability import (
    Check,
    Heartbeat,
    Role,
    configure_logs,
    get_secure_logger,
    start_exposition,
    use_tracing,
)
from ..chassis.policies import pipeline_of
from ..chassis.stores import connect

Loop = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set, then ends in its own time."""

PROBE_SECONDS: Final = 1.0
LIVE_SECONDS: Final = 30.0

_log = get_secure_logger(__name__)


def begin(role: Role, *, shown_as: str = "") -> Service:
    """Read the settings and set up what this process is seen by. Raises ConfigurationError."""
    # Until the work itself listens to signals, and after it has ended.
    signal.signal(signal.SIGTERM, _leave)
    service = Service.load(role)
    if role != "worker":
        # A worker does so once it knows how its metrics are kept, which guards report to.
        service.guards.install()
    configure_logs(service.settings.telemetry, service=service.name, role=shown_as or role)
    use_tracing(service.tracing)
    return service


def announce_tasks(service: Service) -> None:
    """Log the plan that each task runs under, and what about it is seldom meant."""
    given = service.overridden.given
    _log.info("tasks ready", count=len(service.registry), overrides=sorted(given))
    for task in service.registry.values():
        _log.debug("task ready", task=task.name, plan=task.plan.describe())
        for advice in pipeline_of(task).advice:
            _log.warning("task policies", task=task.name, advice=advice)


@contextmanager
def exposed(
    service: Service,
    *,
    registry: CollectorRegistry | None = None,
    live: Mapping[str, Check] | None = None,
    ready: Mapping[str, Check] | None = None,
) -> Iterator[None]:
    """Offer /metrics, /livez and /readyz while the block runs; Valkey is part of being ready."""
    with hasty_client(service) as client:
        exposition = start_exposition(
            service.settings.telemetry.bind,
            registry or service.metrics.registry,
            live=live,
            ready={"valkey": lambda: bool(client.ping()), **(ready or {})},
        )
        if exposition is not None:
            _log.info("telemetry offered", bind=exposition.address)
        try:
            yield
        finally:
            if exposition is not None:
                exposition.stop()
            service.tracing.stop()


def serve(service: Service, *loops: Loop, ready: Mapping[str, Check] | None = None) -> None:
    """Run the loops side by side until SIGTERM or SIGINT; an error in one ends all, and is raised."""
    turns = Heartbeat(limit_seconds=LIVE_SECONDS)

    async def beat(stop: asyncio.Event) -> None:
        while not stop.is_set():
            turns.beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(PROBE_SECONDS):
                    await stop.wait()

    with exposed(service, live={"event_loop": turns.is_fresh}, ready=ready):
        asyncio.run(_run(service, (*loops, beat)))


async def _run(service: Service, loops: tuple[Loop, ...]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with asyncio.TaskGroup() as group:
            for each in loops:
                group.create_task(_awaited(each, stop))
    finally:
        await service.close_async()
    _log.info("process ends")


async def _awaited(each: Loop, stop: asyncio.Event) -> None:
    await each(stop)


def hasty_client(service: Service) -> Valkey:
    """For probes, which must answer soon, whatever patience the work itself has."""
    hasty = {"socket_timeout": PROBE_SECONDS, "connect_timeout": PROBE_SECONDS, "retry_attempts": 0}
    return connect(service.settings.valkey.model_copy(update=hasty))


def _leave(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)
