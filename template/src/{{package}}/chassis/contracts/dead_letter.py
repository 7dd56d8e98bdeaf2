"""What was given up, in one vocabulary, and the seam through which operators look after it."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from .execution import DeliveryNote


class DeadLetterKind(StrEnum):
    """What died: an event no handler could take, an execution that was given up, or a message of
    the broker that no worker could read.
    """

    EVENTS = "events"
    EXECUTIONS = "executions"
    MESSAGES = "messages"

    def is_id(self, text: str) -> bool:
        """Whether letters of this kind have ids of this form. Any other was never given out, and
        shall not become a part of a key.
        """
        return re.fullmatch(_FORMS[self][0], text) is not None

    def is_cursor(self, text: str) -> bool:
        """Whether pages of this kind may begin behind this."""
        return re.fullmatch(_FORMS[self][1], text) is not None


# As Valkey numbers the entries of a stream.
_STREAM_ID: Final = r"[0-9]{1,19}-[0-9]{1,19}"
_EXECUTION_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"
# Ids, and the cursors of pages.
_FORMS: Final = {
    DeadLetterKind.EVENTS: (_STREAM_ID, _STREAM_ID),
    DeadLetterKind.EXECUTIONS: (_EXECUTION_ID, rf"[0-9]{{1,19}}-{_EXECUTION_ID}"),
    DeadLetterKind.MESSAGES: (_STREAM_ID, _STREAM_ID),
}


class DeadLetter(BaseModel):
    """One dead letter, as lists show it. Texts hold no secrets, times are the server's in UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: DeadLetterKind
    tenant: str = Field(description="Empty for messages, which belong to the service.")
    name: str = Field(description="The event or the task; of a message that names none, its queue.")
    reason: str
    buried_at: datetime
    deliveries: int | None = Field(description="How often it was tried; null where nobody counts.")


class DeadLetterDetails(DeadLetter):
    """All that may be seen of one dead letter."""

    history: tuple[DeliveryNote, ...] = Field(
        default=(), description="The deliveries of an execution, oldest first."
    )
    payload: JsonValue = Field(description="What it holds, redacted; cut where it is long.")


class DeadLetterPage(BaseModel):
    """Some dead letters, oldest first."""

    model_config = ConfigDict(frozen=True)

    letters: tuple[DeadLetter, ...]
    next: str | None = Field(description="The `after` of the next page; null on the last.")


class DeadLetters(Protocol):
    """The dead letters of one kind. Those of the service itself have no tenant and ignore it."""

    async def page(self, tenant: str, *, after: str = "", count: int = 100) -> DeadLetterPage:
        """Read the oldest ``count`` behind the cursor ``after``, the ``next`` of another page."""

    async def show(self, tenant: str, letter_id: str) -> DeadLetterDetails:
        """Read one. Raises DeadLetterNotFound."""

    async def replay(self, tenant: str, letter_id: str) -> str | None:
        """Send it back to where it came from; the id of the new execution, where there is one.

        Raises DeadLetterNotFound, DeadLetterNotReplayable, and a TaskRejected from admission.
        """

    async def purge(self, tenant: str, letter_id: str) -> bool:
        """Forget one for good; False says that there was none."""

    async def purge_all(self, tenant: str) -> int:
        """Forget all for good; how many there were."""
