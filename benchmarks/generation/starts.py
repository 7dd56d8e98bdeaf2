"""How long processes of a service take until they are ready to work."""

import http.client
import os
import sys
import time
from pathlib import Path

from side_by_side.processes import running
from side_by_side.server import free_port, private_server

from .services import PACKAGE

PATIENCE_SECONDS = 60.0


# Role to its command, and the setting of the address where it tells that it is ready.
ROLES = {
    "api": (("api",), "API_BIND"),
    "worker": (("worker", "--kind", "async"), "TELEMETRY_BIND"),
}


def seconds_until_ready(service: Path, role: str, folder: Path) -> float:
    """From the start of the process to its first answer at /readyz. Raises TimeoutError."""
    words, setting = ROLES[role]
    door = free_port()
    with private_server(folder) as server:
        environ = {
            **os.environ,
            "PYTHONPATH": str(service / "src"),
            "VALKEY_URL": server.url,
            "SERVICE_ENVIRONMENT": "test",
            "API_BIND": "127.0.0.1:0",
            "TELEMETRY_BIND": "127.0.0.1:0",
            setting: f"127.0.0.1:{door}",
        }
        started = time.perf_counter()
        command = [sys.executable, "-m", f"{PACKAGE}.cli", *words]
        with running(command, folder, environ, role):
            _await_ready(door, started)
            return time.perf_counter() - started


def _await_ready(port: int, started: float) -> None:
    while not _is_ready(port):
        if time.perf_counter() - started > PATIENCE_SECONDS:
            message = f"not ready after {PATIENCE_SECONDS:g} s"
            raise TimeoutError(message)
        time.sleep(0.005)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
