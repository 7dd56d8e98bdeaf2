"""The HTTP process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf

from fastapi import APIRouter, FastAPI

from .. import team
from ..app import Service
from ..chassis.api.authentication import ApiKeyAuthenticator
from ..chassis.api.credit_desk import CreditDesk
from ..chassis.api.factory import build_api
from ..chassis.api.parts import ApiParts
from ..chassis.api.serve import serve
from ..chassis.contracts import discover
from ..chassis.settings import service_version
from ..chassis.worker.cancel import cancel_async
from ..chassis.worker.watch import watch_async
from .shell import announce_tasks, begin, exposed


def run_api() -> None:
    """Serve until told to stop."""
    service = begin("api")
    announce_tasks(service)
    app = build_http_app(service)
    with exposed(service):
        serve(app, service.settings.api)


def build_http_app(service: Service) -> FastAPI:
    """The app on this service's parts."""
    return build_api(
        _parts(service),
        service.settings.api,
        service.metrics,
        name=service.name,
        version=service_version(),
        production=service.settings.is_production,
        readiness={"valkey": lambda: _answers(service)},
        endpoints=discover(team.folder("endpoints"), APIRouter),
        lifespan=lambda _: _open(service),
    )


def _parts(service: Service) -> ApiParts:
    store, ledger = service.async_store, service.ledger
    return ApiParts(
        tasks=service.registry,
        accept=service.async_submitter.accept,
        read=lambda *execution: store.run(ledger.read(*execution)),
        cancel=lambda *execution: cancel_async(store, ledger, *execution),
        # For as long as the API lets it: streams have a limit of their own.
        follow=lambda *execution: watch_async(store, ledger, *execution, timeout=inf),
        credits=CreditDesk(store, service.credit_ledger),
        dead_letters=service.dead_letters,
        authenticate=ApiKeyAuthenticator(
            store,
            service.api_keys,
            service.metrics,
            cache_seconds=service.settings.api.authentication_cache_seconds,
        ),
        tracing=service.tracing,
    )


async def _answers(service: Service) -> bool:
    return bool(await service.async_store.client.ping())


@asynccontextmanager
async def _open(service: Service) -> AsyncIterator[None]:
    service.guards.use_here(service.async_store)
    try:
        yield
    finally:
        await service.close_async()
