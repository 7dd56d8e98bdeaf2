"""Puts problems on the wire as `application/problem+json`, and errors into problems."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from http.client import responses as STATUS_PHRASES  # noqa: N812 - a constant under a vague name
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from valkey.exceptions import NoPermissionError

from ..contracts import IdempotencyConflict, ServiceError, TaskRejected
from ..observability import current_correlation_id, describe_error, get_secure_logger
from .field_errors import FieldError, field_errors
from .problems import problem_of
from .transport_problems import (
    INVALID,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    STORE_FORBIDS,
    Problem,
    RequestRefused,
)

_log = get_secure_logger(__name__)


class ProblemDocument(BaseModel):
    """RFC 9457 problem details. Members that a kind does not need are left out."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Stable URI of the kind of problem, with its explanation.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="Correlation id: the log lines of this request carry it.")
    errors: list[FieldError] | None = Field(default=None, description="Only for invalid fields.")
    status_url: str | None = Field(default=None, description="The execution that is in the way.")


class ProblemResponse(JSONResponse):
    """One problem as a response."""

    media_type = "application/problem+json"


def problem_response(
    problem: Problem, detail: str, headers: Mapping[str, str] | None = None, **members: Any
) -> ProblemResponse:
    """A response for one problem; ``members`` extend the document (JSON values only)."""
    document = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "instance": current_correlation_id(),
        **members,
    }
    return ProblemResponse(document, status_code=problem.status, headers=dict(headers or {}))


def response_to(error: ServiceError | NoPermissionError) -> ProblemResponse:
    """Answer an error of our tree, or of Valkey's rules. What went wrong inside is logged, not told."""
    if isinstance(error, NoPermissionError):
        _log.error(
            "Valkey's access rules lack something; the command `acl` writes what they need",
            problem=STORE_FORBIDS.slug,
            error=describe_error(error),
        )
        return problem_response(STORE_FORBIDS, STORE_FORBIDS.explanation)
    problem = problem_of(error)
    if problem.status >= 500:
        _log.error("request failed", problem=problem.slug, error=describe_error(error))
        return problem_response(problem, problem.explanation, _headers(error, problem))
    if isinstance(error, IdempotencyConflict):
        url = f"/executions/{error.execution_id}"
        return problem_response(problem, str(error), _headers(error, problem), status_url=url)
    return problem_response(problem, str(error), _headers(error, problem))


def install_problem_handlers(app: FastAPI) -> None:
    """Let every error that leaves a route become a problem."""
    app.add_exception_handler(ServiceError, _on_known_error)
    app.add_exception_handler(NoPermissionError, _on_known_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


# Starlette types handlers for any Exception; each is only ever called with the class it is for.
async def _on_known_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError | NoPermissionError)  # noqa: S101
    return response_to(error)


async def _on_invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = field_errors(error.errors())
    count = "1 field is" if len(errors) == 1 else f"{len(errors)} fields are"
    shown = [each.model_dump(by_alias=True) for each in errors]
    return problem_response(INVALID, f"{count} not valid", errors=shown)


async def _on_http_exception(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = error.status_code
    if status in {204, 304}:
        return Response(status_code=status, headers=error.headers)
    phrase = STATUS_PHRASES.get(status, "Error")
    known = {404: NOT_FOUND, 405: METHOD_NOT_ALLOWED}.get(status)
    if known is not None and error.detail == phrase:
        return problem_response(known, known.explanation, error.headers)
    # Raised by an endpoint of the team's, which chose status and detail for its callers to read.
    return problem_response(Problem(status, "", phrase, ""), str(error.detail), error.headers)


def _headers(error: ServiceError, problem: Problem) -> dict[str, str]:
    headers = {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TaskRejected | RequestRefused) and error.retry_after_seconds is not None:
        # Whole seconds, rounded up: coming back a moment early would only be refused again.
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_seconds)))
    return headers
