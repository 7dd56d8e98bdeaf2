"""Stands between a client and a server, and loses replies: the server has acted, nobody is told."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class CuttingProxy:
    """Cuts each of its first ``cuts`` connections in place of the reply to its first script call."""

    def __init__(self, port: int, cuts: int) -> None:
        self._port = port
        self._cuts = cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"valkey://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def cut(self, number: int) -> None:
        """Cut the next connections, so many of them."""
        self._cuts = number

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            asked = threading.Event()
            cut, self._cuts = self._cuts > 0, self._cuts - 1
            for source, sink in ((near, far), (far, near)):
                threading.Thread(
                    target=self._forward, args=(source, sink, asked, cut), daemon=True
                ).start()

    @staticmethod
    def _forward(
        source: socket.socket, sink: socket.socket, asked: threading.Event, cut: bool
    ) -> None:
        try:
            while piece := source.recv(65_536):
                if cut and b"EVAL" in piece:
                    asked.set()
                elif asked.is_set():
                    break
                sink.sendall(piece)
        except OSError:
            pass
        for each in (source, sink):
            # Closing alone would tell nobody while the other thread still reads.
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
