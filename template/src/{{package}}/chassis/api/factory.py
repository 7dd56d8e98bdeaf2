"""Builds the HTTP app from its parts; knows the order of its layers, and nothing of their insides."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from ..observability import Metrics
from .address_limit import AddressLimit
from .body_limit import BodyLimit
from .credit_routes import credit_routes
from .dead_letter_routes import dead_letter_routes
from .documentation import DocumentedApi, explanation_routes
from .edge import RequestEdge
from .endpoints import include_endpoints, refuse_taken_paths
from .execution_routes import execution_routes
from .health import ReadinessCheck, health_routes
from .options import ApiOptions
from .parts import ApiParts, install_parts
from .problem_responses import install_problem_handlers
from .progress_routes import progress_routes
from .progress_stream import OpenStreams, install_streams
from .route_templates import RouteTemplates
from .task_routes import task_routes

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_api(
    parts: ApiParts,
    options: ApiOptions,
    metrics: Metrics,
    *,
    name: str,
    version: str,
    description: str = "",
    production: bool = False,
    readiness: Mapping[str, ReadinessCheck] | None = None,
    endpoints: Sequence[APIRouter] = (),
    lifespan: Lifespan | None = None,
    clock: Callable[[], int] = time.monotonic_ns,
) -> FastAPI:
    """The app: probes, tasks, executions, dead letters, credits, explanations, and the team's endpoints.

    ``lifespan`` opens and closes what the parts need, on the loop that serves. Raises
    DuplicateName when an endpoint takes a path that is in use.
    """
    templates = RouteTemplates()
    docs_enabled = not production if options.docs_enabled is None else options.docs_enabled
    app = DocumentedApi(
        title=name,
        version=version,
        description=description,
        openapi_url="/openapi.json" if docs_enabled else None,
        # A redirect would repeat the Host header, which is the caller's to choose.
        redirect_slashes=False,
        # The edge traces and measures; the framework's own records hold messages of exceptions.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        middleware=_layers(parts, options, metrics, templates, clock),
        lifespan=lifespan,
    )
    streams = OpenStreams(options.streams_maximum, metrics)
    install_parts(app, parts, options.trusted_networks)
    install_streams(app, streams)
    install_problem_handlers(app)
    for router in (
        health_routes(readiness or {}, options.readiness_timeout_seconds),
        *_own_routes(parts, options, streams),
    ):
        # Including it would analyse each route a second time, for a prefix that none has.
        app.router.routes.extend(router.routes)
    own = set(RouteTemplates(app).all())
    include_endpoints(app, endpoints)
    templates.app = app
    refuse_taken_paths(templates, own)
    metrics.initialise(routes=templates.all())
    return app


def _own_routes(
    parts: ApiParts, options: ApiOptions, streams: OpenStreams
) -> tuple[APIRouter, ...]:
    return (
        task_routes(parts.tasks),
        execution_routes(),
        progress_routes(streams, options),
        dead_letter_routes(),
        credit_routes(parts.tasks),
        explanation_routes(),
    )


def _layers(
    parts: ApiParts,
    options: ApiOptions,
    metrics: Metrics,
    templates: RouteTemplates,
    clock: Callable[[], int],
) -> list[Middleware]:
    """Outermost first. Addresses are limited before bodies are read: a refusal reads nothing."""
    edge = Middleware(RequestEdge, metrics=metrics, tracing=parts.tracing, templates=templates)
    body = Middleware(BodyLimit, options=options)
    if options.requests_per_minute == 0:
        return [edge, body]
    return [edge, Middleware(AddressLimit, options=options, clock=clock), body]
