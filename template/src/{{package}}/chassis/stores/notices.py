"""Hears what is published: all waiters of one client share a connection, and take turns reading."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Condition
from typing import Any, Final

from valkey.exceptions import ValkeyError

# The longest wait for the server's word that a subscription stands.
SUBSCRIBE_SECONDS: Final = 5.0
# How often a waiter is sent to look for itself while there is no connection; also how long none is
# opened after one was lost, or a server that refuses subscriptions would be asked without end.
BLIND_SECONDS: Final = 0.2

# Whatever goes wrong: without a connection, waiters look for themselves.
LOST: Final = (ValkeyError, OSError)
# One waiter may close the connection while another reads, for which the client has these.
_LOST_WHILE_READING: Final = (*LOST, AttributeError, ValueError)


@dataclass(slots=True, eq=False)
class _Waiter:
    """Whether something was heard since it last waited."""

    heard: bool = False


class NoticeBoard:
    """Lets threads wait for notices. A lost notice or connection costs latency, nothing else.

    There is no thread of its own: one of those who wait reads for all. The connection stays open
    for the next ones; it is none of those that the pool hands out, and closes with the pool.
    """

    def __init__(self, client: Any) -> None:  # of all kinds
        # A cluster's client has no pool but one per node; there, waiters look for themselves.
        self._pool = getattr(client, "connection_pool", None)
        self._connection: Any = None
        self._is_connected = False
        self._not_before = 0.0
        self._is_read = False
        self._waiters: dict[str, set[_Waiter]] = {}
        self._standing: set[str] = set()
        # Guards all of the above; the one who reads lets go of it meanwhile.
        self._guard = Condition()

    @contextmanager
    def listening(self, channel: str) -> Iterator[Callable[[float], None]]:
        """Gives a function that returns at the next notice, or after the seconds it is given.

        No notice is missed that comes once the block has begun.
        """
        waiter = _Waiter()
        with self._guard:
            self._join(channel, waiter)
        try:
            self._wait(waiter, SUBSCRIBE_SECONDS)
            with self._guard:
                if self._is_connected and channel not in self._standing:
                    # The server has not said that it stands: the other end may be gone.
                    self._lose()
            yield partial(self._wait, waiter)
        finally:
            with self._guard:
                self._leave(channel, waiter)

    def _join(self, channel: str, waiter: _Waiter) -> None:
        self._waiters.setdefault(channel, set()).add(waiter)
        if self._is_inherited:
            self._lose()
        if channel in self._standing:
            waiter.heard = True
        elif self._is_connected:
            self._send("SUBSCRIBE", channel)

    def _leave(self, channel: str, waiter: _Waiter) -> None:
        others = self._waiters[channel]
        others.discard(waiter)
        if not others:
            del self._waiters[channel]
            self._standing.discard(channel)
            if self._is_connected:
                self._send("UNSUBSCRIBE", channel)

    def _wait(self, waiter: _Waiter, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with self._guard:
            while not waiter.heard and (left := deadline - time.monotonic()) > 0:
                if self._is_read:
                    self._guard.wait(left)
                elif self._is_connected or self._connect():
                    self._read(left)
                else:
                    self._guard.wait(min(left, BLIND_SECONDS))
                    break
            waiter.heard = False

    def _read(self, seconds: float) -> None:
        """Read one message, for whomever it is. Lets go of the guard meanwhile."""
        connection, lost, message = self._connection, False, None
        self._is_read = True
        self._guard.release()
        try:
            if connection.can_read(timeout=seconds):
                message = connection.read_response(push_request=True)
        except _LOST_WHILE_READING:
            lost = True
        finally:
            self._guard.acquire()
            self._is_read = False
            # Whatever came of this, another one may have to read on.
            self._guard.notify_all()
        if lost:
            self._lose()
        elif message is not None:
            self._hear(*message[:2])

    def _hear(self, kind: str, channel: str) -> None:
        if kind == "unsubscribe" or channel not in self._waiters:
            return
        self._standing.add(channel)
        for waiter in self._waiters[channel]:
            waiter.heard = True

    def _connect(self) -> bool:
        if self._pool is None or time.monotonic() < self._not_before:
            return False
        if self._connection is None:
            self._connection = self._pool.make_connection()
        try:
            self._connection.connect()
        except LOST:
            return False
        self._is_connected = True
        self._send("SUBSCRIBE", *self._waiters)
        return self._is_connected

    def _send(self, *command: str) -> None:
        try:
            self._connection.send_command(*command, check_health=False)
        except LOST:
            self._lose()

    def _lose(self) -> None:
        if self._is_inherited:
            self._connection = None
        else:
            self._connection.disconnect()
            self._not_before = time.monotonic() + BLIND_SECONDS
        self._is_connected = False
        self._standing.clear()
        # They may have missed something, so they look.
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.heard = True
        self._guard.notify_all()

    @property
    def _is_inherited(self) -> bool:
        """Whether the connection is that of the process which this one was forked from."""
        return self._connection is not None and self._connection.pid != os.getpid()
