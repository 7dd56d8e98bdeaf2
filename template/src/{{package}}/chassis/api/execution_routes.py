"""`GET /executions/{id}`: how a submission goes, told to its owner and to operators of its tenant."""

import re
from typing import Final

from fastapi import APIRouter, Request, Response

from ..contracts import Execution, ExecutionNotFound, Principal
from .dependencies import CurrentPrincipal
from .documentation import problems_documented
from .parts import parts_of
from .responses import POLL_AFTER_SECONDS, ExecutionView, execution_view

OPERATOR_ROLE: Final = "operator"

# Any other id was never given out, and shall not become a part of a key.
_EXECUTION_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def execution_routes() -> APIRouter:
    """The route that reads one execution."""
    router = APIRouter(tags=["executions"])

    @router.get(
        "/executions/{execution_id}",
        operation_id="read_execution",
        summary="State, progress and result of a submission",
        responses=problems_documented(401, 404, 422, 503),
    )
    async def read_execution(
        execution_id: str, request: Request, response: Response, principal: CurrentPrincipal
    ) -> ExecutionView:
        execution = None
        if _EXECUTION_ID.fullmatch(execution_id):
            execution = await parts_of(request).read(execution_id, principal.tenant)
        # The same answer for "not there" and "not yours": ids of others are nobody's business.
        if execution is None or not may_read(principal, execution):
            raise ExecutionNotFound
        if not execution.is_settled:
            response.headers["Retry-After"] = POLL_AFTER_SECONDS
        return execution_view(execution)

    return router


def may_read(principal: Principal, execution: Execution) -> bool:
    """Whether the execution is the caller's own, or the caller operates the same tenant."""
    if principal.tenant != execution.tenant:
        return False
    return principal.user == execution.user or OPERATOR_ROLE in principal.roles
