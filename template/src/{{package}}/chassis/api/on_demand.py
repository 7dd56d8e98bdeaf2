"""Routes that are made when somebody first asks for one: hundreds of them would delay each start."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Final

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

MakeRoute = Callable[[str], APIRoute]


class RoutesOnDemand(BaseRoute):
    """A route for each of ``names``, at ``method`` and ``/folder/name``, as ``make`` gives it.

    FastAPI takes a millisecond or two to analyse a route, and tries one after the other for each
    request. These cost nothing until they are used, and are found by name.
    """

    def __init__(self, method: str, folder: str, names: Iterable[str], make: MakeRoute) -> None:
        self._method: Final = method
        self._folder: Final = folder
        self._names: Final = dict.fromkeys(names)
        self._make: Final = cache(make)
        self._any: Final = Route(f"{folder}/{{name}}", _never, methods=[method])

    def templates(self) -> Iterator[tuple[str, str]]:
        """Method and path of each route; makes none."""
        for name in self._names:
            yield self._method, f"{self._folder}/{name}"

    def all(self) -> list[APIRoute]:
        """Every route, for documents: makes those that nobody has asked for yet."""
        return [self._make(name) for name in self._names]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the route of that name says; NONE for another path or name."""
        match, found = self._any.matches(scope)
        if match is Match.NONE or (name := found["path_params"]["name"]) not in self._names:
            return Match.NONE, {}
        return self._make(name).matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what ``matches`` has found, which it leaves in the scope."""
        await scope["route"].handle(scope, receive, send)


async def _never(_: Request) -> Response:
    message = "this route finds names and serves none"
    raise AssertionError(message)
