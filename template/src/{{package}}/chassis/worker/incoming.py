"""A Celery message as it arrives: one of ours, or one that some other producer made."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid5

from ..contracts import SYSTEM

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """What a worker is told. Only a foreign message carries arguments.

    ``delivery_tag`` is the broker's name for this copy of the message, by which it is acknowledged.
    """

    execution_id: str
    tenant: str
    arguments: Mapping[str, object] | None = None
    delivery_tag: str = ""

    @property
    def is_foreign(self) -> bool:
        """Whether no submission of ours stands behind it."""
        return self.arguments is not None


def read_message(
    message_id: str,
    headers: Mapping[str, object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    *,
    delivery_tag: str = "",
) -> IncomingMessage:
    """Tell ours by its headers; anything else (`.delay()`, beat, another language) is foreign."""
    execution_id, tenant = headers.get("execution"), headers.get("tenant")
    if isinstance(execution_id, str) and isinstance(tenant, str):
        return IncomingMessage(execution_id, tenant, delivery_tag=delivery_tag)
    if not _ID.fullmatch(message_id):
        message_id = str(uuid5(NAMESPACE_OID, message_id))
    return IncomingMessage(message_id, SYSTEM.tenant, _arguments(args, kwargs), delivery_tag)


def _arguments(args: Sequence[object], kwargs: Mapping[str, object]) -> Mapping[str, object]:
    if len(args) == 1 and isinstance(args[0], Mapping):
        return {**args[0], **kwargs}
    # Further positional arguments have no name; the model will refuse this one and say so.
    return {**{f"positional_{place}": value for place, value in enumerate(args)}, **kwargs}
