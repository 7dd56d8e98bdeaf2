"""The HTTP process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from ..app import Service, service_version, team_folder
from ..chassis.api.authentication import ApiKeyAuthenticator
from ..chassis.api.factory import build_api
from ..chassis.api.parts import ApiParts
from ..chassis.api.serve import serve
from ..chassis.contracts import Execution, discover
from .shell import begin, exposed


def run_api() -> None:
    """Serve until told to stop."""
    service = begin("api")
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
        endpoints=discover(team_folder("endpoints"), APIRouter),
        lifespan=lambda _: _open(service),
    )


def _parts(service: Service) -> ApiParts:
    return ApiParts(
        tasks=service.registry,
        accept=service.async_submitter.accept,
        read=lambda execution_id, tenant: _read(service, execution_id, tenant),
        authenticate=ApiKeyAuthenticator(
            service.async_store,
            service.api_keys,
            service.metrics,
            cache_seconds=service.settings.api.authentication_cache_seconds,
        ),
        tracing=service.tracing,
    )


async def _read(service: Service, execution_id: str, tenant: str) -> Execution | None:
    return await service.async_store.run(service.ledger.read(execution_id, tenant))


async def _answers(service: Service) -> bool:
    return bool(await service.async_store.client.ping())


@asynccontextmanager
async def _open(service: Service) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await service.close_async()
