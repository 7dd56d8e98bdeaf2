"""Messages of the broker that no worker could take: look at them, send them back, or forget them."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

from ..contracts import (
    DeadLetter,
    DeadLetterDetails,
    DeadLetterKind,
    DeadLetterNotFound,
    DeadLetterNotReplayable,
    DeadLetterPage,
    Priority,
)
from ..observability import REDACTED, Redactor, redact_stored_text
from ..stores import AsyncStore, DeadMessage, DeadMessages
from .message import Messages

KIND: Final = DeadLetterKind.MESSAGES
# They repeat the arguments as one text, in which no field can be told from another.
_REPEATED: Final = ("argsrepr", "kwargsrepr")


class MessageLetters:
    """The dead messages of the service, as DeadLetters; ``broker`` is the broker's store."""

    def __init__(
        self, broker: AsyncStore, dead: DeadMessages, messages: Messages, redactor: Redactor
    ) -> None:
        self._broker = broker
        self._dead = dead
        self._messages = messages
        self._redactor = redactor

    async def page(self, _tenant: str, *, after: str = "", count: int = 100) -> DeadLetterPage:
        """The oldest ``count`` behind the id ``after``."""
        found = await self._broker.run(self._dead.page(after=after, count=count))
        return DeadLetterPage(
            letters=tuple(DeadLetter(**_listed(each)) for each in found),
            next=found[-1].id if len(found) == count else None,
        )

    async def show(self, _tenant: str, letter_id: str) -> DeadLetterDetails:
        """One dead message, its body read as far as it can be. Raises DeadLetterNotFound."""
        letter = await self._find(letter_id)
        return DeadLetterDetails(**_listed(letter), payload=self._payload(letter))

    async def replay(self, _tenant: str, letter_id: str) -> None:
        """Put the message back into its queue.

        Raises DeadLetterNotFound, and DeadLetterNotReplayable for one that was not kept whole.
        """
        letter = await self._find(letter_id)
        if not letter.is_whole:
            message = (
                f"dead message {letter_id!r} is not replayable: of its {letter.size} bytes only the "
                f"first were kept; have its producer send it again, and purge this one"
            )
            raise DeadLetterNotReplayable(message)
        queue_key = self._messages.queue_key(letter.queue, _priority(letter))
        # Another may have replayed it since; then it is where we wanted it.
        await self._broker.run(self._dead.replay(letter_id, queue_key))

    async def purge(self, _tenant: str, letter_id: str) -> bool:
        """Forget one for good; False says that there was none."""
        return KIND.is_id(letter_id) and await self._broker.run(self._dead.forget(letter_id)) == 1

    async def purge_all(self, _tenant: str) -> int:
        """Forget all dead messages; how many there were."""
        return await self._broker.run(self._dead.forget())

    async def _find(self, letter_id: str) -> DeadMessage:
        found: tuple[DeadMessage, ...] = ()
        if KIND.is_id(letter_id):
            found = await self._broker.run(self._dead.find(letter_id))
        if not found:
            message = f"there is no dead message {letter_id!r}; list those there are"
            raise DeadLetterNotFound(message)
        return found[0]

    def _payload(self, letter: DeadMessage) -> Any:  # any JSON
        message = _json_object(letter.message)
        if "body" not in message:
            return self._redactor.redact_stored(letter.message)
        headers = message.get("headers")
        if isinstance(headers, Mapping):
            message["headers"] = {name: headers[name] for name in headers if name not in _REPEATED}
        message["body"] = self._body(message)
        return self._redactor.redact(message)

    def _body(self, message: Mapping[str, Any]) -> object:
        """Arguments by their names; what has no name may be anything, so it is not shown."""
        body = _readable_body(message)
        if body is None:
            return f"<{len(str(message['body']))} characters of {message.get('content-type')}>"
        args, kwargs, *rest = body
        unnamed = [each if isinstance(each, Mapping) else REDACTED for each in args]
        return [unnamed, kwargs, *rest]


def _readable_body(message: Mapping[str, Any]) -> list[Any] | None:
    """Arguments and keywords of a Celery task message; None of anything else."""
    try:
        text = message["body"]
        if message["properties"]["body_encoding"] == "base64":
            text = b64decode(text)
        body = json.loads(text)
        args, kwargs, *_ = body
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return body if isinstance(args, list) and isinstance(kwargs, dict) else None


def _listed(letter: DeadMessage) -> dict[str, Any]:
    return {
        "id": letter.id,
        "kind": KIND,
        "tenant": "",
        "name": redact_stored_text(letter.task or letter.queue),
        "reason": redact_stored_text(letter.reason),
        "buried_at": letter.buried_at,
        "deliveries": None,
    }


def _priority(letter: DeadMessage) -> int:
    properties = _json_object(letter.message).get("properties")
    found = properties.get("priority") if isinstance(properties, dict) else None
    return found if isinstance(found, int) and 0 <= found <= 9 else Priority.NORMAL


def _json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
