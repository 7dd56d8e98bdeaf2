"""Takes in the routers of the team's `endpoints/`, behind authentication unless they say otherwise."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from fastapi import APIRouter, Depends, FastAPI

from ..contracts import DuplicateName
from .dependencies import authenticated, unauthenticated
from .documentation import problems_documented
from .route_templates import RouteTemplates

# Nothing else may begin like this: what is added here later must not take a path from a team.
_OURS: Final = ("/dead-letters", "/executions", "/livez", "/problems", "/readyz", "/tasks")


class PublicRouter(APIRouter):
    """A router that anybody may call without credentials: each route checks its callers itself."""


def include_endpoints(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Mount the routers. Raises DuplicateName for a path that is taken."""
    responses = problems_documented(401, 413, 422, 429, 503)
    for router in routers:
        public = isinstance(router, PublicRouter)
        guards = [Depends(unauthenticated if public else authenticated)]
        app.include_router(router, dependencies=guards, responses=responses)


def refuse_taken_paths(templates: RouteTemplates, ours: AbstractSet[tuple[str, str]]) -> None:
    """Two routes of one path would hide one another without a word. Raises DuplicateName."""
    for route, count in Counter(templates.all()).items():
        method, path = route
        if count > 1 or (path.startswith(_OURS) and route not in ours):
            message = f"{method} {path} of endpoints/ is taken; give that route another path"
            raise DuplicateName(message)
