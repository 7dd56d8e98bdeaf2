"""Asks for messages over one connection: when, how many, and what the answer holds.

One request at a time, in which acknowledgements ride along. Between requests the connection is told
of pushes: the server tracks the lists that the last request has read (CLIENT TRACKING), so waiting
takes no command, removes nothing, and is allowed on a server that is full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from redis.exceptions import ConnectionError as BrokerLost
from redis.exceptions import NoScriptError, ResponseError

from ...stores import DEAD_MESSAGE_BYTES, DEAD_MESSAGES_MAXIMUM
from .broker_scripts import broker_script

# Looked at again even when nothing was heard: a lost push costs latency, and a dead connection shows.
RECHECK_SECONDS: Final = 2.0
# Where the server tells nobody of pushes.
POLL_SECONDS: Final = 0.1
# After a refusal that only time repairs.
PAUSE_SECONDS: Final = 0.5
ACKNOWLEDGED_PER_REQUEST: Final = 500
# How long an acknowledgement waits for others, while no body waits for work.
LINGER_SECONDS: Final = 0.01

_PUSHED: Final = object()


@dataclass(frozen=True, slots=True)
class Lists:
    """What is fetched from: the queues, and their lists in the order of urgency."""

    queues: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message, booked as unacked, as it lay in its list."""

    queue: str
    key: str
    raw: bytes


class Fetcher:
    """The requests of one connection at a time. ``keys``: unacked, its index, dead messages."""

    def __init__(self, keys: Sequence[str], *, batch: int, bytes_maximum: int) -> None:
        self._keys = tuple(keys)
        self._batch = batch
        self._bytes_maximum = bytes_maximum
        self.recheck_seconds = RECHECK_SECONDS
        self._acknowledged: list[str] = []
        self._acknowledged_at = 0.0
        self._script = broker_script("fetch")
        self._load = False
        self._more = True
        self._asked_at = 0.0
        self._not_before = 0.0
        self._asked: Lists | None = None
        self._riding: list[str] = []

    @property
    def in_flight(self) -> bool:
        """Whether an answer is to come."""
        return self._asked is not None

    @property
    def unconfirmed(self) -> int:
        """How many acknowledgements the server is not known to have: a crash may repeat them."""
        return len(self._acknowledged) + len(self._riding)

    def acknowledge(self, tag: str) -> None:
        """Let an acknowledgement ride with the next request."""
        if not self._acknowledged:
            self._acknowledged_at = monotonic()
        self._acknowledged.append(tag)

    def take_acknowledged(self) -> list[str]:
        """What has not been sent, to be sent in another way."""
        taken, self._acknowledged = self._acknowledged, []
        return taken

    def is_due(self, room: int, is_hungry: bool, *, may_linger: bool) -> bool:
        """Whether a request is worth while, for as many messages as there is room for.

        Where it may linger, and nobody is hungry, acknowledgements wait a moment for company.
        """
        now = monotonic()
        if self._asked is not None or now < self._not_before:
            return False
        wants_more = room > 0 and (self._more or now - self._asked_at >= self.recheck_seconds)
        if not may_linger or (wants_more and is_hungry):
            return wants_more or bool(self._acknowledged)
        is_late = bool(self._acknowledged) and now - self._acknowledged_at >= LINGER_SECONDS
        return is_late or len(self._acknowledged) >= self._batch

    def is_overdue(self, seconds: float) -> bool:
        """Whether the answer is so late that nobody will send it."""
        return self._asked is not None and monotonic() - self._asked_at > seconds

    def track(self, connection: Any) -> bool:
        """Be told of pushes; False when the server refuses, and is then asked in short turns."""
        # No public way leads to it; test_kombu_contract watches it.
        connection._parser.set_invalidation_push_handler(lambda _: _PUSHED)  # noqa: SLF001
        connection.send_command("CLIENT", "TRACKING", "ON", "NOLOOP", check_health=False)
        try:
            connection.read_response()
        except ResponseError:
            self.recheck_seconds = POLL_SECONDS
            return False
        self.recheck_seconds = RECHECK_SECONDS
        self._more = True
        return True

    def ask(self, connection: Any, room: int, lists: Lists) -> None:
        """Send one request."""
        self._riding = self._acknowledged[:ACKNOWLEDGED_PER_REQUEST]
        del self._acknowledged[: len(self._riding)]
        self._asked, self._asked_at, self._more = lists, monotonic(), False
        script = ("EVAL", self._script.text) if self._load else ("EVALSHA", self._script.sha)
        connection.send_command(
            *script, *self._arguments(room, lists, self._riding), check_health=False
        )

    def read(self, connection: Any) -> list[Fetched]:
        """What has come: an answer, word of a push, or both. Raises what the server refuses."""
        found: list[Fetched] = []
        while True:
            try:
                answer = connection.read_response(push_request=True)
            except NoScriptError:
                self._load = True
                self.lost()
                return found
            except ResponseError:
                self.lost()
                self._not_before = monotonic() + PAUSE_SECONDS
                raise
            if answer is _PUSHED:
                self._more = True
            elif self._asked is not None and isinstance(answer, list):
                found += self._answer(answer, self._asked)
            # A push that came with the answer is in the parser's buffer, where no poll sees it.
            if not _has_more(connection):
                return found

    def lost(self) -> None:
        """No answer comes any more: whatever rode along rides again."""
        self._acknowledged[:0] = self._riding
        self._riding, self._asked, self._more = [], None, True

    def ask_now(self, client: Any, room: int, lists: Lists) -> list[Fetched]:
        """One request over another connection, answered at once."""
        arguments = self._arguments(room, lists, ())
        try:
            answer = client.execute_command("EVALSHA", self._script.sha, *arguments)
        except NoScriptError:
            answer = client.execute_command("EVAL", self._script.text, *arguments)
        return _messages(answer, lists)[1]

    def _arguments(self, room: int, lists: Lists, tags: Sequence[str]) -> tuple[Any, ...]:
        keys = (*self._keys, *lists.keys)
        limits = (room, self._bytes_maximum, DEAD_MESSAGES_MAXIMUM, DEAD_MESSAGE_BYTES)
        return (len(keys), *keys, *limits, len(lists.queues), *lists.queues, *tags)

    def _answer(self, answer: list[bytes], lists: Lists) -> list[Fetched]:
        self._more, messages = _messages(answer, lists)
        self._load, self._asked, self._riding = False, None, []
        return messages


def _messages(answer: list[bytes], lists: Lists) -> tuple[bool, list[Fetched]]:
    more, *places = (int(number) for number in answer[0].split())
    return bool(more), [
        Fetched(lists.queues[place % len(lists.queues)], lists.keys[place], raw)
        for place, raw in zip(places, answer[1:], strict=True)
    ]


def _has_more(connection: Any) -> bool:
    try:
        return bool(connection.can_read(timeout=0))
    except (BrokerLost, OSError):
        # Closed behind its last answer: the next turn finds that out, once this answer is used.
        return False
