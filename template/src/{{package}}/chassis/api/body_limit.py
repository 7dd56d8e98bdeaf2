"""Reads the whole body within limits of size, time and form, before anybody parses it."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .json_guard import objection_to
from .options import ApiOptions
from .problem_responses import response_to
from .transport_problems import BODY_TIMEOUT, MALFORMED, TOO_LARGE, RequestRefused


class BodyLimit:
    """ASGI middleware: 413, 408 or 400 for a body that is too long, too slow or not sound JSON."""

    def __init__(self, app: ASGIApp, options: ApiOptions) -> None:
        self._app = app
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
        except RequestRefused as refused:
            await response_to(refused)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body, or None when the caller has gone."""
        self._check_size(_declared_length(scope))
        body = bytearray()
        try:
            async with asyncio.timeout(self._options.body_timeout_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    self._check_size(len(body))
                    more = message.get("more_body", False)
        except TimeoutError:
            seconds = self._options.body_timeout_seconds
            raise RequestRefused(
                BODY_TIMEOUT, f"the body did not arrive within {seconds:g} seconds"
            ) from None
        self._check_form(scope, bytes(body))
        return bytes(body)

    def _check_size(self, length: int) -> None:
        maximum = self._options.body_bytes_maximum
        if length > maximum:
            raise RequestRefused(TOO_LARGE, f"the body is longer than {maximum} bytes")

    def _check_form(self, scope: Scope, body: bytes) -> None:
        if not body or not is_json(_header(scope, b"content-type")):
            return
        objection = objection_to(body, self._options.json_depth_maximum)
        if objection is not None:
            raise RequestRefused(MALFORMED, objection)


def is_json(content_type: str) -> bool:
    """Whether a body is declared as JSON: `application/json` or `application/...+json`."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def _declared_length(scope: Scope) -> int:
    declared = _header(scope, b"content-length")
    return int(declared) if declared.isdecimal() else 0


def _header(scope: Scope, name: bytes) -> str:
    for given, value in scope["headers"]:
        if given == name:
            return str(value.decode("latin-1"))
    return ""


def _replay(body: bytes, receive: Receive) -> Receive:
    replayed = False

    async def replay() -> Message:
        nonlocal replayed
        if replayed:
            # Only a disconnect can follow; whoever waits for it asks the server.
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
