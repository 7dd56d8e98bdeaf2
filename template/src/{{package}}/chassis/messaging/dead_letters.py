"""Events that were given up: look at them, and send them back once the cause is gone."""

from dataclasses import dataclass

from pydantic import ValidationError

from ..contracts import EventEnvelope, ServiceError
from ..stores import DeadEvent, Keys, Store, dead_event, dead_events, replay_event


class DeadLetterNotFound(ServiceError):
    """No dead letter of this tenant has that id."""


class DeadLetterNotReplayable(ServiceError):
    """The dead letter holds nothing that could be handled."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead event with its envelope; None when that cannot be read."""

    event: DeadEvent
    envelope: EventEnvelope | None


class DeadLetters:
    """The dead letters of each tenant, for the command line."""

    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    def list(self, tenant: str, *, after: str = "", count: int = 100) -> tuple[DeadLetter, ...]:
        """The oldest ``count`` behind the id ``after``."""
        call = dead_events(self._keys, tenant, after=after, count=count)
        return tuple(DeadLetter(each, _envelope(each)) for each in self._store.run(call))

    def get(self, tenant: str, letter_id: str) -> DeadLetter:
        """One dead letter. Raises DeadLetterNotFound."""
        found = self._store.run(dead_event(self._keys, tenant, letter_id))
        if not found:
            message = f"tenant '{tenant}' has no dead letter {letter_id!r}; list those it has"
            raise DeadLetterNotFound(message)
        return DeadLetter(found[0], _envelope(found[0]))

    def replay(self, tenant: str, letter_id: str) -> None:
        """Put the event back into its stream, for the handlers that gave it up and no others. One
        that no handler ever saw is for all.

        Raises DeadLetterNotFound and DeadLetterNotReplayable.
        """
        letter = self.get(tenant, letter_id)
        if letter.envelope is None:
            message = f"dead letter {letter_id!r} is not replayable: {letter.event.reason}"
            raise DeadLetterNotReplayable(message)
        # Another may have replayed it since; then it is where we wanted it.
        self._store.run(replay_event(self._keys, letter.event, letter.envelope.id))


def _envelope(letter: DeadEvent) -> EventEnvelope | None:
    try:
        return EventEnvelope.model_validate_json(letter.envelope)
    except ValidationError:
        return None
