"""`/executions/{id}`: how a submission goes, told to its owner and to operators of its tenant."""

from fastapi import APIRouter, Request, Response

from ..contracts import EXECUTION_ID_PATTERN, Execution, ExecutionNotFound, Principal
from .authority import may_cancel, may_read
from .dependencies import CurrentPrincipal
from .documentation import problems_documented
from .parts import ApiParts, parts_of
from .responses import POLL_AFTER_SECONDS, ExecutionView, execution_view


def execution_routes() -> APIRouter:
    """The routes that read and cancel one execution."""
    router = APIRouter(tags=["executions"])
    _add_reading(router)
    _add_cancelling(router)
    return router


def _add_reading(router: APIRouter) -> None:
    @router.get(
        "/executions/{execution_id}",
        operation_id="read_execution",
        summary="State, progress and result of a submission",
        responses=problems_documented(401, 404, 422, 503),
    )
    async def read_execution(
        execution_id: str, request: Request, response: Response, principal: CurrentPrincipal
    ) -> ExecutionView:
        execution = await find_execution(parts_of(request), principal, execution_id)
        if not execution.is_settled:
            response.headers["Retry-After"] = POLL_AFTER_SECONDS
        return execution_view(execution)


def _add_cancelling(router: APIRouter) -> None:
    @router.delete(
        "/executions/{execution_id}",
        operation_id="cancel_execution",
        summary="Cancel a submission",
        response_description="It is settled: cancelled now, or ended before.",
        responses={
            202: {
                "model": ExecutionView,
                "description": "It runs, and its worker is told to stop it; follow its state.",
            },
            **problems_documented(401, 404, 422, 503),
        },
    )
    async def cancel_execution(
        execution_id: str, request: Request, response: Response, principal: CurrentPrincipal
    ) -> ExecutionView:
        parts = parts_of(request)
        execution = await find_execution(parts, principal, execution_id)
        if not may_cancel(principal, execution):
            raise ExecutionNotFound
        if not execution.is_settled:
            await parts.cancel(execution_id, principal.tenant)
            execution = await find_execution(parts, principal, execution_id)
        if not execution.is_settled:
            response.status_code = 202
            response.headers["Retry-After"] = POLL_AFTER_SECONDS
        return execution_view(execution)


async def find_execution(parts: ApiParts, principal: Principal, execution_id: str) -> Execution:
    """The record, if the caller may read it. Raises ExecutionNotFound."""
    execution = None
    # Any other id was never given out, and shall not become a part of a key.
    if EXECUTION_ID_PATTERN.fullmatch(execution_id):
        execution = await parts.read(execution_id, principal.tenant)
    # The same answer for "not there" and "not yours": ids of others are nobody's business.
    if execution is None or not may_read(principal, execution):
        raise ExecutionNotFound
    return execution
