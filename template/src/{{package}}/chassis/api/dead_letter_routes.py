"""`/dead-letters/{kind}`: what was given up, for operators to see, replay and purge."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from ..contracts import (
    DeadLetterDetails,
    DeadLetterKind,
    DeadLetterNotFound,
    DeadLetterPage,
    DeadLetters,
    Principal,
)
from ..observability import get_secure_logger
from .authority import require_operator
from .dependencies import CurrentPrincipal
from .documentation import problems_documented
from .parts import parts_of

_log = get_secure_logger(__name__)

LetterId = Annotated[str, Path(max_length=128)]
After = Annotated[str, Query(max_length=128, description="`next` of the page before.")]
Count = Annotated[int, Query(ge=1, le=1_000, description="How many at most.")]


class ReplayedLetter(BaseModel):
    """A dead letter that is back on its way."""

    id: str = Field(description="The dead letter's id.")
    kind: DeadLetterKind
    execution_id: str | None = Field(description="The new execution; null for events and messages.")
    status_url: str | None = Field(description="Where the new execution can be followed.")


def dead_letter_routes() -> APIRouter:
    """The routes of every kind; all are for operators."""
    router = APIRouter(prefix="/dead-letters", tags=["dead letters"])
    _add_looking(router)
    _add_replay(router)
    _add_purge(router)
    return router


def _add_looking(router: APIRouter) -> None:
    @router.get(
        "/{kind}",
        operation_id="list_dead_letters",
        summary="Dead letters of one kind, oldest first",
        responses=problems_documented(401, 403, 422, 503),
    )
    async def list_dead_letters(
        kind: DeadLetterKind,
        request: Request,
        principal: CurrentPrincipal,
        after: After = "",
        count: Count = 100,
    ) -> DeadLetterPage:
        letters = _letters(request, principal, kind)
        if after and not kind.is_cursor(after):
            wrong = {"loc": ("query", "after"), "type": "cursor", "msg": f"no `next` of {kind}"}
            raise RequestValidationError([wrong])
        return await letters.page(principal.tenant, after=after, count=count)

    @router.get(
        "/{kind}/{letter_id}",
        operation_id="show_dead_letter",
        summary="One dead letter, with its history and its redacted payload",
        responses=problems_documented(401, 403, 404, 422, 503),
    )
    async def show_dead_letter(
        kind: DeadLetterKind, letter_id: LetterId, request: Request, principal: CurrentPrincipal
    ) -> DeadLetterDetails:
        return await _letters(request, principal, kind).show(principal.tenant, letter_id)


def _add_replay(router: APIRouter) -> None:
    @router.post(
        "/{kind}/{letter_id}/replay",
        operation_id="replay_dead_letter",
        summary="Send a dead letter back to where it came from",
        status_code=202,
        responses=problems_documented(401, 402, 403, 404, 409, 422, 429, 503),
    )
    async def replay_dead_letter(
        kind: DeadLetterKind,
        letter_id: LetterId,
        request: Request,
        response: Response,
        principal: CurrentPrincipal,
    ) -> ReplayedLetter:
        letters = _letters(request, principal, kind)
        execution_id = await letters.replay(principal.tenant, letter_id)
        _log.info("dead letter replayed", kind=kind, letter=letter_id, by=principal.user)
        url = f"/executions/{execution_id}" if execution_id else None
        if url:
            response.headers["Location"] = url
        return ReplayedLetter(id=letter_id, kind=kind, execution_id=execution_id, status_url=url)


def _add_purge(router: APIRouter) -> None:
    @router.delete(
        "/{kind}/{letter_id}",
        operation_id="purge_dead_letter",
        summary="Forget a dead letter for good",
        status_code=204,
        responses=problems_documented(401, 403, 404, 422, 503),
    )
    async def purge_dead_letter(
        kind: DeadLetterKind, letter_id: LetterId, request: Request, principal: CurrentPrincipal
    ) -> None:
        letters = _letters(request, principal, kind)
        if not await letters.purge(principal.tenant, letter_id):
            raise DeadLetterNotFound
        _log.info("dead letter purged", kind=kind, letter=letter_id, by=principal.user)


def _letters(request: Request, principal: Principal, kind: DeadLetterKind) -> DeadLetters:
    require_operator(principal, kind)
    return parts_of(request).dead_letters[kind]
