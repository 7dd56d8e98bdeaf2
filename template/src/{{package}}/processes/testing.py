"""Everything at once, inside a test's own process; `tests/conftest.py` names it as a plugin."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .. import team
from ..app import Service
from ..chassis.api.serve import build_server
from ..chassis.dev import EmbeddedValkey
from ..chassis.policies import uninstall
from ..chassis.settings import development_environment
from ..chassis.testing.opening import open_for_one_test
from ..chassis.testing.running import RunningParts, RunningService
from ..chassis.testing.threads import server_on_a_thread, worker_on_a_thread
from .api import build_http_app
from .events import build_drain_of
from .worker import build_celery_app, build_runtime


@pytest.fixture(scope="session")
def service_environment() -> dict[str, str]:
    """Settings of the running service; define a fixture of this name to add your own."""
    return {}


@pytest.fixture(scope="session")
def running_parts(service_environment: dict[str, str]) -> Iterator[RunningParts]:
    """Everything that runs, on a Valkey of its own: tests may flush or stop the other one."""
    # No folder of pytest's own: whoever asks for one clears away first what earlier runs have left.
    with TemporaryDirectory(prefix="service-") as folder, EmbeddedValkey(Path(folder)) as server:
        environ = {
            "SERVICE_ENVIRONMENT": "test",
            "VALKEY_URL": server.url,
            "API_BIND": "127.0.0.1:0",
            "API_REQUESTS_PER_MINUTE": "0",
            **service_environment,
        }
        with _running(environ) as parts:
            yield parts
        # What it holds goes with its folder.
        server.kill()


@pytest.fixture
def service(running_parts: RunningParts) -> Iterator[RunningService]:
    """The whole service, running, with a tenant of this test alone."""
    with open_for_one_test(running_parts) as running:
        yield running


@contextmanager
def _running(environ: Mapping[str, str]) -> Iterator[RunningParts]:
    service, web = _load(environ), _load(environ)
    # The API meets the tasks that a test alters, and the circuits that it opens.
    web.overridden, web.breakers = service.overridden, service.breakers
    web.metrics = service.metrics
    runtime = build_runtime(service)
    server = build_server(build_http_app(web), web.settings.api)
    with ExitStack() as stack:
        stack.enter_context(service.store.client)
        # One per process: the API is in another thread, and on a loop of its own.
        web.guards = service.guards
        stack.callback(uninstall, service.guards.install())
        api_url = stack.enter_context(server_on_a_thread(server))
        stack.enter_context(worker_on_a_thread(build_celery_app(service, runtime), runtime))
        # First of all, so that it ends while the worker does.
        stack.callback(setattr, server, "should_exit", True)
        yield RunningParts(
            api_url=api_url,
            store=service.store,
            ledger=service.ledger,
            submitter=service.submitter,
            registry=service.registry,
            breakers=service.breakers,
            handlers=service.handlers,
            drain=lambda tenant: asyncio.run(_drain(environ, tenant)),
        )


async def _drain(environ: Mapping[str, str], tenant: str) -> None:
    # Connections belong to one event loop, and this one ends with the call.
    service = _load(environ)
    drain = build_drain_of(service, "test")
    running = asyncio.create_task(drain.run())
    drain.ring(tenant)
    await drain.emptied()
    await drain.close()
    running.cancel()
    await asyncio.wait([running])
    await service.close_async()


def _load(environ: Mapping[str, str]) -> Service:
    """The service as ``environ`` describes it; neither `.env` nor the shell counts."""
    unset = development_environment(team.settings_models(None), environ, env_file=None)
    return Service.load(environ={**unset, **environ}, env_file=None)
