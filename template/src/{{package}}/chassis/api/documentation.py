"""The OpenAPI document: our own problems in place of the framework's, and their explanations."""

from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute

from .on_demand import RoutesOnDemand
from .problem_responses import ProblemDocument
from .problems import PROBLEMS

_COMPONENT: Final = "ProblemDetails"
_REFERENCE: Final = "#/components/schemas/{model}"


class DocumentedApi(FastAPI):
    """An app whose document describes the problems that `problems_documented` refers to."""

    @property
    def routes(self) -> list[BaseRoute]:
        """Every route by itself, also those that are made on demand."""
        return [
            each
            for route in super().routes
            for each in (route.all() if isinstance(route, RoutesOnDemand) else [route])
        ]

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if not self.openapi_schema:
            schemas = super().openapi().setdefault("components", {}).setdefault("schemas", {})
            problem = ProblemDocument.model_json_schema(ref_template=_REFERENCE)
            schemas.update(problem.pop("$defs"))
            schemas[_COMPONENT] = problem
        return super().openapi()


def problems_documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Responses for a route's document: which problems it answers with each status."""
    schema = {"$ref": _REFERENCE.format(model=_COMPONENT)}
    return {
        status: {
            "description": _titles(status),
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status in statuses
    }


def explanation_routes() -> APIRouter:
    """`/problems/{slug}`: what the type of a problem means, for whoever follows it."""
    router = APIRouter(tags=["problems"])

    @router.get(
        "/problems/{slug}",
        operation_id="explain_problem",
        summary="What a kind of problem means",
        response_class=PlainTextResponse,
        responses=problems_documented(404, 422),
    )
    async def explain(slug: str) -> str:
        problem = PROBLEMS.get(slug)
        if problem is None:
            raise HTTPException(404, f"there is no problem of this name; {', '.join(PROBLEMS)} are")
        return f"{problem.status} {problem.title}\n\n{problem.explanation}\n"

    return router


def _titles(status: int) -> str:
    titles = [problem.title for problem in PROBLEMS.values() if problem.status == status]
    return "; ".join(titles)
