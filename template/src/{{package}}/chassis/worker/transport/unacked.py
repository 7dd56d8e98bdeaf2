"""The broker's book of messages that workers hold, each operation one request."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from redis.exceptions import NoScriptError

from ...stores import DEAD_MESSAGE_BYTES, DEAD_MESSAGES_MAXIMUM
from .broker_scripts import broker_script

PAGE: Final = 100
# What a command may carry is bounded; so is how long the server is busy with one.
TAGS_PER_REQUEST: Final = 500

# Where a message goes back to: next in line, or behind all that wait.
End = Literal["next", "last"]
_PUSHES: Final[dict[End, str]] = {"next": "RPUSH", "last": "LPUSH"}


@dataclass(frozen=True, slots=True)
class Restored:
    """A message to put back: its tag, its list, and what to push there."""

    tag: str
    key: str
    message: str


class Unacked:
    """Raises what the client raises."""

    def __init__(self, client: Callable[[], Any], unacked: str, index: str, dead: str) -> None:
        self._client = client
        self._unacked, self._index, self._dead = unacked, index, dead

    def acknowledge(self, tags: Sequence[str]) -> None:
        """Forget messages that are done."""
        for page in _pages(tags):
            pipeline = self._client().pipeline()
            pipeline.hdel(self._unacked, *page)
            pipeline.zrem(self._index, *page)
            pipeline.execute()

    def renew(self, tags: Sequence[str]) -> None:
        """Say that their holder lives; one that is not booked any more stays so."""
        for page in _pages(tags):
            self._run("renew", (self._index,), page)

    def abandoned(self, silent_seconds: float) -> list[tuple[str, bytes]]:
        """One page of tags and values whose holder was silent for longer, the oldest first."""
        found = self._run("abandoned", (self._unacked, self._index), (silent_seconds, PAGE))
        return [(tag.decode(), value) for tag, value in zip(found[::2], found[1::2], strict=True)]

    def restore(self, messages: Sequence[Restored], end: End, silent_seconds: float = 0) -> int:
        """Put messages back, unless their holder was heard of since; how many went."""
        if not messages:
            return 0
        keys = (self._unacked, self._index, *(each.key for each in messages))
        pairs = (part for each in messages for part in (each.tag, each.message))
        return int(self._run("restore", keys, (silent_seconds, _PUSHES[end], *pairs)))

    def bury(
        self, message: bytes | str, reason: str, *, tag: str = "", queue: str = "", task: str = ""
    ) -> None:
        """Move one to the dead messages; without ``tag``, by the tag that it carries."""
        letter = (tag, message, reason, queue, task, DEAD_MESSAGES_MAXIMUM, DEAD_MESSAGE_BYTES)
        self._run("bury", (self._unacked, self._index, self._dead), letter)

    def _run(self, name: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        script, client = broker_script(name), self._client()
        try:
            return client.execute_command("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return client.execute_command("EVAL", script.text, len(keys), *keys, *arguments)


def _pages(tags: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(tags), TAGS_PER_REQUEST):
        yield tags[start : start + TAGS_PER_REQUEST]
