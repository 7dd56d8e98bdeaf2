"""Messages that no worker could take: how they are kept, read, sent back and forgotten."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from .calls import Call, Reply, load_script
from .keys import Keys

DEAD_MESSAGES_MAXIMUM = 10_000
# Enough to see what it is; a longer one cannot be replayed.
DEAD_MESSAGE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message that was given up: its first bytes and true size, why, and where it came from.

    ``task`` is empty where the message names none.
    """

    id: str
    message: str
    size: int
    reason: str
    queue: str
    task: str

    @property
    def is_whole(self) -> bool:
        """Whether all of it was kept."""
        return len(self.message.encode("utf-8", "surrogateescape")) == self.size

    @property
    def buried_at(self) -> datetime:
        """When it was given up, by the server's clock."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, UTC)


class DeadMessages:
    """Makes the calls; they run on the broker's server."""

    def __init__(self, keys: Keys) -> None:
        self._key = keys.dead_messages

    def page(self, *, after: str = "", count: int = 100) -> Call[tuple[DeadMessage, ...]]:
        """Read the oldest ``count`` behind the id ``after``."""
        return self._read(f"({after}" if after else "-", "+", count)

    def find(self, letter_id: str) -> Call[tuple[DeadMessage, ...]]:
        """Read one; an empty tuple when there is none of that id."""
        return self._read(letter_id, letter_id, 1)

    def replay(self, letter_id: str, queue_key: str) -> Call[Literal["replayed", "missing", "cut"]]:
        """Push a message back into its queue's list; cut says that it was not kept whole."""
        keys = (self._key, queue_key)
        return Call(load_script("replay_message"), keys, (letter_id,), lambda reply: reply)

    def forget(self, letter_id: str = "") -> Call[int]:
        """Remove one, or all without an id; how many there were."""
        request = json.dumps({"letter": letter_id})
        return Call(load_script("forget_dead_events"), (self._key,), (request,), int)

    def _read(self, first: str, last: str, count: int) -> Call[tuple[DeadMessage, ...]]:
        request = json.dumps({"first": first, "last": last, "count": count})
        return Call(load_script("dead_events"), (self._key,), (request,), _messages)


def _messages(reply: Reply) -> tuple[DeadMessage, ...]:
    return tuple(_message(letter_id, fields) for letter_id, fields in reply)


def _message(letter_id: str, fields: Reply) -> DeadMessage:
    found: dict[str, str] = dict(zip(fields[::2], fields[1::2], strict=True))
    return DeadMessage(
        id=letter_id,
        message=found["message"],
        size=int(found["bytes"]),
        reason=found["reason"],
        queue=found["queue"],
        task=found.get("task", ""),
    )
