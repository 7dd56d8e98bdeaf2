"""A real HTTP server on this machine that checks the signature of each webhook it gets."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """What arrived at the webhook's receiver, and whether its signature was right."""

    url: str
    deliveries: list[tuple[dict[str, Any], bool]] = field(default_factory=list)


@contextmanager
def receiver(secret: str) -> Iterator[Received]:
    """Receive until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            stamp = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
            digest = hmac.digest(secret.encode(), stamp.encode() + body, "sha256")
            expected = f"v1,{base64.b64encode(digest).decode()}"
            found.deliveries.append(
                (json.loads(body), self.headers["webhook-signature"] == expected)
            )
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: the story does."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Received(f"http://127.0.0.1:{server.server_port}/hooks")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()
