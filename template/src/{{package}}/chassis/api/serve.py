"""Serves the app over HTTP until the process is told to stop."""

import math
import socket

import uvicorn
from fastapi import FastAPI

from .options import ApiOptions
from .progress_stream import end_streams


def serve(app: FastAPI, options: ApiOptions) -> None:
    """Listen at ``options.bind`` until SIGTERM or SIGINT; open requests get their grace."""
    build_server(app, options).run()


def build_server(app: FastAPI, options: ApiOptions) -> uvicorn.Server:
    """The server, not yet started."""
    host, _, port = options.bind.rpartition(":")
    return _Server(
        app,
        uvicorn.Config(
            app,
            host=host.strip("[]"),
            port=int(port),
            # Loggers and access lines are ours: structured, redacted, one per request.
            log_config=None,
            access_log=False,
            server_header=False,
            # It believes the leftmost X-Forwarded-For; client_address reads it from the right.
            proxy_headers=False,
            limit_concurrency=options.concurrent_requests_maximum,
            timeout_graceful_shutdown=math.ceil(options.shutdown_grace_seconds),
        ),
    )


class _Server(uvicorn.Server):
    """Ends event streams as soon as it stops: by themselves they would outlast every grace."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_streams(self._app)
        await super().shutdown(sockets)
