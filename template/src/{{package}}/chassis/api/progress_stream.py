"""Event streams as they are written: what changes, signs of life between, and always an end."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Final

from fastapi import FastAPI
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from valkey.exceptions import NoPermissionError

from ..contracts import Execution, ServiceError
from ..observability import Metrics
from .options import ApiOptions
from .problem_responses import response_to
from .responses import execution_view
from .transport_problems import TOO_MANY_STREAMS, RequestRefused

Changes = AsyncGenerator[Execution, None]

RETRY_AFTER_SECONDS: Final = 5.0
_RECONNECT_AFTER: Final = b"retry: 1000\n\n"
_SIGN_OF_LIFE: Final = b": still here\n\n"


class OpenStreams:
    """The event streams of one process: no more than it may have, and all end when it stops."""

    def __init__(self, maximum: int, metrics: Metrics) -> None:
        self.closing = asyncio.Event()
        self._maximum = maximum
        self._metrics = metrics
        self._open = 0

    def require_room(self) -> None:
        """Raises RequestRefused when there is none."""
        if self._open >= self._maximum:
            message = f"this process follows {self._open} executions, as many as it may"
            raise RequestRefused(TOO_MANY_STREAMS, message, retry_after_seconds=RETRY_AFTER_SECONDS)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """One stream is open while the block runs."""
        self._open += 1
        self._metrics.set_streams(self._open)
        try:
            yield
        finally:
            self._open -= 1
            self._metrics.set_streams(self._open)


def install_streams(app: FastAPI, streams: OpenStreams) -> None:
    """Keep them where the server finds them."""
    app.state.streams = streams


def end_streams(app: FastAPI) -> None:
    """End every open stream, since the process stops; clients connect again to another."""
    app.state.streams.closing.set()


class ProgressStream(StreamingResponse):
    """The response that follows one execution."""

    media_type = "text/event-stream"

    def __init__(self, changes: Changes, streams: OpenStreams, options: ApiOptions) -> None:
        self._frames = _frames(changes, streams.closing, options)
        # Without the header, nginx collects the whole stream before it passes anything on.
        super().__init__(self._frames, headers={"X-Accel-Buffering": "no"})
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count as open meanwhile."""
        with self._streams.counted():
            # Also when the caller leaves in the middle: the subscription behind it ends at once.
            async with aclosing(self._frames):
                await super().__call__(scope, receive, send)


async def _frames(
    changes: Changes, closing: asyncio.Event, options: ApiOptions
) -> AsyncGenerator[bytes, None]:
    yield _RECONNECT_AFTER
    seen: Execution | None = None
    try:
        async with aclosing(_with_signs_of_life(changes, closing, options)) as heard:
            async for change in heard:
                yield _SIGN_OF_LIFE if change is None else _frame(change, seen)
                seen = change or seen
    except (ServiceError, NoPermissionError) as error:
        # The status is sent already, so what went wrong is told as the last event.
        yield b"event: problem\ndata: " + bytes(response_to(error).body) + b"\n\n"


async def _with_signs_of_life(
    changes: Changes, closing: asyncio.Event, options: ApiOptions
) -> AsyncGenerator[Execution | None, None]:
    """Each change, None where nothing changed for a while; ends in time, whatever happens."""
    clock = asyncio.get_running_loop().time
    end = clock() + options.stream_seconds_maximum
    stopping = asyncio.ensure_future(closing.wait())
    upcoming = asyncio.ensure_future(_next(changes))
    try:
        while not closing.is_set() and (left := end - clock()) > 0:
            pause = min(left, options.stream_heartbeat_seconds)
            await asyncio.wait({upcoming, stopping}, timeout=pause, return_when="FIRST_COMPLETED")
            if upcoming.done():
                change = upcoming.result()
                if change is None:
                    return
                yield change
                upcoming = asyncio.ensure_future(_next(changes))
            elif not closing.is_set():
                yield None
    finally:
        stopping.cancel()
        upcoming.cancel()
        await asyncio.wait({stopping, upcoming})
        await changes.aclose()


async def _next(changes: Changes) -> Execution | None:
    return await anext(changes, None)


def _frame(execution: Execution, seen: Execution | None) -> bytes:
    kind = "progress" if seen is not None and seen.state is execution.state else "state"
    view = execution_view(execution).model_dump_json()
    # JSON breaks no lines, so one line of data holds all of it.
    return f"id: {execution.state}\nevent: {kind}\ndata: {view}\n\n".encode()
