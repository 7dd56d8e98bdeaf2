"""What a caller may do now: the roles of the API key that submitted, read again when its task begins."""

import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any, Final

from ..contracts import NotAuthorized, Principal
from ..stores import ApiKey, ApiKeys, Call, Keys
from .patience import Patience, Pause

# A revoked role counts for that much longer, and a key is read that often at most.
REMEMBERED_SECONDS: Final = 5.0
REMEMBERED_MAXIMUM: Final = 10_000


class Authority:
    """Of one process."""

    def __init__(
        self, keys: Keys, patience: Patience, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._api_keys = ApiKeys(keys)
        self._patience = patience
        self._clock = clock
        self._remembered: OrderedDict[str, tuple[float, ApiKey | None]] = OrderedDict()

    def current(self, principal: Principal) -> Generator[Call[Any] | Pause, Any, Principal]:
        """The principal as it is now. Raises NotAuthorized when its key is revoked or has expired.

        One that no key of this service has authenticated stays as it is. Raises StoreUnavailable.
        """
        if not principal.credential:
            return principal
        record = yield from self._record(principal.credential)
        if record is None:
            message = f"the API key {principal.credential} of '{principal.user}' was revoked"
            raise NotAuthorized(message)
        if record.expires_at is not None and record.expires_at <= datetime.now(UTC):
            message = f"the API key {principal.credential} of '{principal.user}' has expired"
            raise NotAuthorized(message)
        return record.principal

    def _record(self, key_id: str) -> Generator[Call[Any] | Pause, Any, ApiKey | None]:
        now = self._clock()
        read_at, remembered = self._remembered.get(key_id, (float("-inf"), None))
        if now - read_at < REMEMBERED_SECONDS:
            return remembered
        record = yield from self._patience.insist(self._api_keys.find(key_id))
        self._remembered[key_id] = (now, record)
        self._remembered.move_to_end(key_id)
        if len(self._remembered) > REMEMBERED_MAXIMUM:
            self._remembered.popitem(last=False)
        return record
