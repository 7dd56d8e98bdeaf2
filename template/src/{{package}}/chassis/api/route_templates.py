"""Names the route of a request by its template, so that ids in paths never become labels."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.types import Scope

from .on_demand import RoutesOnDemand


class RouteTemplates:
    """Knows the full template of every route. Made empty, because middleware is made first."""

    def __init__(self, app: FastAPI | None = None) -> None:
        self.app = app

    def of(self, scope: Scope) -> str | None:
        """The template that served this request; None when no route did."""
        route = scope.get("route")
        contexts = self._by_route.get(id(route))
        if contexts is None:
            # Made on demand, so no router with a prefix has included it.
            return route.path if isinstance(route, APIRoute) else None
        for context in contexts:
            # The route in the scope lacks the prefix of the router that it was included by.
            if len(contexts) == 1 or context.path_regex.match(scope["path"]):
                return context.path
        return None

    def all(self) -> Iterator[tuple[str, str]]:
        """Method and template of every route."""
        for contexts in self._by_route.values():
            for context in contexts:
                if isinstance(context.original_route, RoutesOnDemand):
                    yield from context.original_route.templates()
                    continue
                for method in sorted(context.methods or ()):
                    if context.path:
                        yield method, context.path

    @cached_property
    def _by_route(self) -> dict[int, list[RouteContext]]:
        found: dict[int, list[RouteContext]] = defaultdict(list)
        for context in iter_route_contexts(self.app.router.routes if self.app else ()):
            found[id(context.original_route)].append(context)
        return found
