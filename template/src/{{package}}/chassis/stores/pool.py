"""Lends connections to sync code at a small part of the client's own cost: every call borrows one."""

import select
from collections import deque
from contextlib import suppress
from queue import Empty, Full
from threading import Condition
from typing import Any

from valkey import Connection


class ProbedConnection(Connection):
    """Asks the system whether something has arrived, instead of trying to read it."""

    _probed: Any = None
    _probe: Any = None

    def can_read(self, timeout: float = 0) -> bool:
        """Whether something waits unread; an end of the connection counts as something."""
        # None without a socket, and with a parser that is written in C (libvalkey).
        buffer: Any = getattr(self._parser, "_buffer", None)
        unread_bytes = getattr(buffer, "unread_bytes", None)
        if timeout or unread_bytes is None:
            found: bool = super().can_read(timeout)  # type: ignore[no-untyped-call]
            return found
        if self._probed is not self._sock:
            self._probed = self._sock
            self._probe = select.poll()
            self._probe.register(self._sock, select.POLLIN)
        return unread_bytes() > 0 or bool(self._probe.poll(0))


class Stack:
    """What `queue.LifoQueue` is to a pool, without its locks while something is there to take."""

    def __init__(self, maxsize: int) -> None:
        self._maxsize = maxsize
        # Adding to it and taking from it are atomic.
        self._items: deque[Any] = deque()
        self._waiting = 0
        self._returned = Condition()

    def put_nowait(self, item: Any) -> None:
        """Lay it on top. Raises queue.Full."""
        if len(self._items) >= self._maxsize:
            raise Full
        self._items.append(item)
        if self._waiting:
            with self._returned:
                self._returned.notify()

    def get_nowait(self) -> Any:
        """Take the top. Raises queue.Empty."""
        return self.get(timeout=0)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: ARG002 - the pool's form
        """Take the top, after at most ``timeout`` seconds. Raises queue.Empty."""
        try:
            return self._items.pop()
        except IndexError:
            return self._await(timeout)

    def _await(self, timeout: float | None) -> Any:
        taken: list[Any] = []

        def take() -> bool:
            if self._items:
                # Another thread may be faster than this one.
                with suppress(IndexError):
                    taken.append(self._items.pop())
            return bool(taken)

        with self._returned:
            # Counted before looking again: whoever returns one from here on tells.
            self._waiting += 1
            try:
                if not self._returned.wait_for(take, timeout):
                    raise Empty
            finally:
                self._waiting -= 1
        return taken[0]
