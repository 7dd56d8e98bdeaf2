"""Finds loopback ports that nobody listens on."""

import contextlib
import socket
from collections.abc import Collection


def free_port() -> int:
    """Any free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def next_free_port(wanted: int, taken: Collection[int] = ()) -> int:
    """The wanted port when it is free and not in ``taken``, else any free one; 0 wants any."""
    if wanted == 0:
        return free_port()
    with socket.socket() as probe:
        # As servers do: connections that just ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", wanted))
            if wanted not in taken:
                return wanted
    return free_port()


def with_free_port(bind: str) -> str:
    """The same ``host:port`` with a free port; a host that is not of this machine stays as it is."""
    host, _, port = bind.rpartition(":")
    if host not in {"127.0.0.1", "localhost", "0.0.0.0"}:  # noqa: S104 - compared, not bound
        return bind
    return f"{host}:{next_free_port(int(port))}"
