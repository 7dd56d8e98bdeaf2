"""`GET /executions/{id}/events`: an execution as it goes on, as server-sent events."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request, Response

from .dependencies import CurrentPrincipal
from .documentation import problems_documented
from .execution_routes import find_execution
from .options import ApiOptions
from .parts import parts_of
from .progress_stream import OpenStreams, ProgressStream

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=128,
        description="The id of the last event seen, sent by clients that connect again.",
    ),
]
_DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "`event: state` and `event: progress` carry what GET /executions/{id} "
        "answers, the record as it is now first. `event: problem` carries a problem, and ends the "
        "stream. It also ends with the final state, or when it has lasted too long: connect again.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "The final state was the last event seen: there is nothing to follow."},
}


def progress_routes(streams: OpenStreams, options: ApiOptions) -> APIRouter:
    """The route that follows one execution."""
    router = APIRouter(tags=["executions"])

    @router.get(
        "/executions/{execution_id}/events",
        operation_id="follow_execution",
        summary="Follow a submission until it has ended",
        response_class=Response,
        responses={**_DOCUMENTED, **problems_documented(401, 404, 422, 503)},
    )
    async def follow_execution(
        execution_id: str,
        request: Request,
        principal: CurrentPrincipal,
        last_event_id: LastEventId = None,
    ) -> Response:
        parts = parts_of(request)
        execution = await find_execution(parts, principal, execution_id)
        if execution.is_settled and last_event_id == execution.state:
            # The only answer that keeps browsers from connecting again and again.
            return Response(status_code=204)
        streams.require_room()
        return ProgressStream(parts.follow(execution_id, principal.tenant), streams, options)

    return router
