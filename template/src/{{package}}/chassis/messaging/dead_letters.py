"""Events that were given up: look at them, send them back once the cause is gone, or forget them."""

from typing import Any, Final

from pydantic import ValidationError

from ..contracts import (
    DeadLetter,
    DeadLetterDetails,
    DeadLetterKind,
    DeadLetterNotFound,
    DeadLetterNotReplayable,
    DeadLetterPage,
    EventEnvelope,
)
from ..observability import Redactor, redact_stored_text
from ..stores import (
    AsyncStore,
    DeadEvent,
    Keys,
    dead_event,
    dead_events,
    forget_dead_events,
    replay_event,
)

KIND: Final = DeadLetterKind.EVENTS


class EventLetters:
    """The dead events of each tenant, as DeadLetters."""

    def __init__(self, store: AsyncStore, keys: Keys, redactor: Redactor) -> None:
        self._store = store
        self._keys = keys
        self._redactor = redactor

    async def page(self, tenant: str, *, after: str = "", count: int = 100) -> DeadLetterPage:
        """The oldest ``count`` behind the id ``after``."""
        found = await self._store.run(dead_events(self._keys, tenant, after=after, count=count))
        return DeadLetterPage(
            letters=tuple(DeadLetter(**_listed(each)) for each in found),
            next=found[-1].id if len(found) == count else None,
        )

    async def show(self, tenant: str, letter_id: str) -> DeadLetterDetails:
        """One dead event with its redacted envelope. Raises DeadLetterNotFound."""
        letter = await self._find(tenant, letter_id)
        return DeadLetterDetails(**_listed(letter), payload=self._payload(letter))

    async def replay(self, tenant: str, letter_id: str) -> None:
        """Put the event back into its stream, for the handlers that gave it up and no others. One
        that no handler ever saw is for all.

        Raises DeadLetterNotFound and DeadLetterNotReplayable.
        """
        letter = await self._find(tenant, letter_id)
        envelope = _envelope(letter)
        if envelope is None:
            message = (
                f"dead letter {letter_id!r} is not replayable: {letter.reason}; publish the event "
                f"anew, and purge this one"
            )
            raise DeadLetterNotReplayable(message)
        # Another may have replayed it since; then it is where we wanted it.
        await self._store.run(replay_event(self._keys, letter, envelope.id))

    async def purge(self, tenant: str, letter_id: str) -> bool:
        """Forget one for good; False says that there was none."""
        call = forget_dead_events(self._keys, tenant, letter_id)
        return KIND.is_id(letter_id) and await self._store.run(call) == 1

    async def purge_all(self, tenant: str) -> int:
        """Forget all of the tenant's dead events; how many there were."""
        return await self._store.run(forget_dead_events(self._keys, tenant))

    async def _find(self, tenant: str, letter_id: str) -> DeadEvent:
        found: tuple[DeadEvent, ...] = ()
        if KIND.is_id(letter_id):
            found = await self._store.run(dead_event(self._keys, tenant, letter_id))
        if not found:
            message = f"tenant '{tenant}' has no dead event {letter_id!r}; list those it has"
            raise DeadLetterNotFound(message)
        return found[0]

    def _payload(self, letter: DeadEvent) -> Any:  # any JSON
        envelope = _envelope(letter)
        if envelope is None:
            return self._redactor.redact_stored(letter.envelope)
        shown = self._redactor.redact(envelope.model_dump(exclude={"payload", "tenant"}))
        return {
            **shown,
            "handlers": list(letter.handlers),
            "payload": self._redactor.redact_stored(envelope.payload),
        }


def _listed(letter: DeadEvent) -> dict[str, Any]:
    envelope = _envelope(letter)
    return {
        "id": letter.id,
        "kind": KIND,
        "tenant": letter.tenant,
        "name": redact_stored_text(envelope.name) if envelope else "",
        "reason": redact_stored_text(letter.reason),
        "buried_at": letter.buried_at,
        "deliveries": letter.deliveries,
    }


def _envelope(letter: DeadEvent) -> EventEnvelope | None:
    try:
        return EventEnvelope.model_validate_json(letter.envelope)
    except ValidationError:
        return None
