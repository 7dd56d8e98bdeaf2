"""`POST /tasks/{name}`, a route for each task with its own models, and the catalogue of them."""

import difflib
from enum import Enum
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends as Dependency
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from pydantic import ValidationError, WrapValidator
from pydantic_core import PydanticUndefined

from ..contracts import Task, TaskArgs, UnknownTask
from ..policies import pipeline_of
from .body_limit import is_json
from .dependencies import CallerAddress, CurrentPrincipal, accept
from .documentation import problems_documented
from .on_demand import RoutesOnDemand
from .parts import Tasks, parts_of
from .responses import (
    SubmissionAccepted,
    SubmissionAnswered,
    TaskView,
    accepted_response,
    takes_idempotency_key,
    task_view,
)
from .transport_problems import KEY_BLANK, KEY_UNSUPPORTED, MEDIA_TYPE, RequestRefused

# Visible ASCII, as header values are; long enough for a UUID with a name before it.
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="A name of your choice for this submission; sent again, it runs only once.",
    ),
]
_TAGS: Final[list[str | Enum]] = ["tasks"]
_REFUSALS: Final = (400, 401, 402, 403, 409, 413, 415, 422, 429, 503)


def task_routes(tasks: Tasks) -> APIRouter:
    """The routes of every task, the catalogue, and the answer to a misspelt name."""
    router = APIRouter(tags=_TAGS)
    router.routes.append(
        RoutesOnDemand("POST", "/tasks", tasks, lambda name: _submission_route(tasks[name]))
    )
    _add_catalogue(router, tasks)
    _add_unknown(router, tasks)
    return router


def _submission_route(task: Task[Any, Any]) -> APIRoute:
    # Documented as the task's model and not validated as one: that happens in `_arguments`, after
    # authentication and from the text, since strict models take dates and decimals only from JSON.
    documented = Annotated[task.args_model, WrapValidator(lambda value, _: value), Body()]  # type: ignore[name-defined]  # known at run time alone
    required = any(field.is_required() for field in task.args_model.model_fields.values())

    async def submit(
        request: Request,
        principal: CurrentPrincipal,
        address: CallerAddress,
        _: documented = PydanticUndefined if required else None,
        idempotency_key: str | None = _idempotency_key(task),
    ) -> Response:
        # Before validation: what a task takes is no business of those who may not submit it.
        pipeline_of(task).require(principal, task.name)
        args = await _arguments(request, task)
        accepted = await accept(
            parts_of(request),
            task,
            args,
            principal=principal,
            idempotency_key=idempotency_key,
            address=address,
        )
        return accepted_response(accepted)

    return APIRoute(
        f"/tasks/{task.name}",
        submit,
        methods=["POST"],
        tags=list(_TAGS),
        operation_id=f"submit_{task.name}",
        summary=task.summary or f"Submit {task.name}",
        status_code=202,
        response_model=SubmissionAccepted,
        response_description="Accepted; follow Location.",
        responses={**_answer_documented(task), **problems_documented(*_REFUSALS)},
    )


def _add_catalogue(router: APIRouter, tasks: Tasks) -> None:
    @cache
    def catalogue() -> list[TaskView]:
        # Not before somebody asks: hundreds of schemas would delay each start.
        return [task_view(task) for task in tasks.values()]

    @router.get(
        "/tasks",
        operation_id="list_tasks",
        summary="The tasks of this service",
        responses=problems_documented(401, 503),
    )
    async def list_tasks(_: CurrentPrincipal) -> list[TaskView]:
        return catalogue()


def _add_unknown(router: APIRouter, tasks: Tasks) -> None:
    renamed = {name: task.name for task in tasks.values() for name in task.formerly}

    @router.post("/tasks/{name}", include_in_schema=False)
    async def refuse(name: str, _: CurrentPrincipal) -> Response:
        if name in renamed:
            # The method and the body go along, and so does an Idempotency-Key.
            return RedirectResponse(f"/tasks/{renamed[name]}", HTTPStatus.PERMANENT_REDIRECT)
        close = difflib.get_close_matches(name[:100], tasks, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        message = f"task '{name[:100]}' does not exist{hint}"
        raise UnknownTask(message)


async def _arguments(request: Request, task: Task[Any, Any]) -> TaskArgs:
    body = await request.body()
    if body and not is_json(request.headers.get("content-type", "")):
        raise RequestRefused(MEDIA_TYPE, "this route takes JSON alone")
    try:
        args: TaskArgs = task.args_model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise RequestValidationError(
            [{**details, "loc": ("body", *details["loc"])} for details in error.errors()]
        ) from None
    return args


# FastAPI's own marker for a default value, which its call returns as Any.
def _idempotency_key(task: Task[Any, Any]) -> Any:
    marker: Dependency = Depends(_given_key if takes_idempotency_key(task) else _refused_key)
    return marker


async def _refuse_blank_key(request: Request) -> None:
    if any(not key.strip() for key in request.headers.getlist("idempotency-key")):
        raise RequestRefused(KEY_BLANK, "the Idempotency-Key header is there and says nothing")


async def _given_key(
    _: Annotated[None, Depends(_refuse_blank_key)], idempotency_key: IdempotencyKey = None
) -> str | None:
    return idempotency_key


async def _refused_key(request: Request) -> None:
    if "idempotency-key" in request.headers:
        raise RequestRefused(KEY_UNSUPPORTED, "this task is not idempotent, so it takes no key")


def _answer_documented(task: Task[Any, Any]) -> dict[int | str, dict[str, Any]]:
    # The result model is known at run time alone.
    model: Any = SubmissionAnswered
    return {
        200: {
            "model": model[task.result_model],
            "description": "Answered at once: an earlier submission under this Idempotency-Key has "
            "ended, or the result is cached.",
        }
    }
