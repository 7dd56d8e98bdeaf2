"""The inside door of a process: /metrics, /livez and /readyz, on a thread of their own."""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from ..contracts import ConfigurationError

Check = Callable[[], bool]
"""Whether one thing works. It may raise, which counts as no, and must bound its own waiting."""

CONNECTION_TIMEOUT_SECONDS: Final = 5.0


class Exposition:
    """A running door; ``address`` is the ``host:port`` it is really bound to."""

    def __init__(self, server: ThreadingHTTPServer, address: str) -> None:
        self.address = address
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, name="exposition", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the door and wait until its thread has ended."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Heartbeat:
    """A sign of life for /livez: the loop that must not hang calls ``beat`` on every turn."""

    def __init__(
        self, *, limit_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit_seconds = limit_seconds
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        self._last = self._clock()

    def is_fresh(self) -> bool:
        """Whether the last beat is younger than the limit."""
        return self._clock() - self._last < self._limit_seconds


def start_exposition(
    bind: str,
    registry: CollectorRegistry,
    *,
    live: Mapping[str, Check] | None = None,
    ready: Mapping[str, Check] | None = None,
) -> Exposition | None:
    """Open the door at ``bind``; an empty ``bind`` means none, port 0 a free one.

    ``live`` checks ask whether this process should be restarted, so they look at the process alone;
    ``ready`` checks ask whether work should be sent to it, so they look at Valkey too.
    """
    if not bind:
        return None
    host, port = _split(bind)
    handler = _handler({"/livez": live or {}, "/readyz": ready or {}}, registry)
    try:
        server = _server_class(host)((host, port), handler)
    except OSError as error:
        raise ConfigurationError(
            f"TELEMETRY_BIND is {bind!r}, which cannot be opened ({error.strerror}). Give every "
            "process on this host a port of its own, 0 for any free one, or leave it empty."
        ) from error
    real_host, real_port = server.server_address[:2]
    return Exposition(server, _join(str(real_host), real_port))


def evaluate(checks: Mapping[str, Check]) -> dict[str, bool]:
    """The answer of every check by name; one that raises says no."""
    return {name: _passes(check) for name, check in checks.items()}


def _passes(check: Check) -> bool:
    try:
        return bool(check())
    except Exception:  # noqa: BLE001 - whatever went wrong, the answer to the probe is no
        return False


def _handler(
    probes: Mapping[str, Mapping[str, Check]], registry: CollectorRegistry
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = CONNECTION_TIMEOUT_SECONDS
        # No version of anything in the Server header.
        server_version = "service"
        sys_version = ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(registry))
            elif path in probes:
                self._answer_probe(evaluate(probes[path]))
            else:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"/metrics /livez /readyz\n")

        def _answer_probe(self, results: dict[str, bool]) -> None:
            passed = all(results.values())
            status = HTTPStatus.OK if passed else HTTPStatus.SERVICE_UNAVAILABLE
            body = {"status": "ok" if passed else "unavailable", "checks": results}
            self._answer(status, "application/json", json.dumps(body).encode())

        def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
            """Say nothing: probes come every few seconds."""

    return Handler


def _server_class(host: str) -> type[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A probe that hung up halfway is not worth a traceback."""

    return Server


def _split(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    return host.strip("[]"), int(port)


def _join(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
