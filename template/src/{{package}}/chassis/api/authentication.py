"""Who is calling: credentials from the request, and what makes a principal of them."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

from ..contracts import NotAuthenticated, Principal
from ..observability import Metrics
from ..stores import ApiKey, ApiKeys, AsyncStore, judge_api_key, read_credential

CACHED_KEYS_MAXIMUM: Final = 10_000


class Authenticator(Protocol):
    """Turns a presented credential into a principal. Raises NotAuthenticated."""

    async def __call__(self, credential: str | None) -> Principal:
        """Verify it; None means that none was presented."""


class ApiKeyAuthenticator:
    """Verifies API keys against their stored digests.

    A record is remembered for ``cache_seconds``, so a revoked key dies at most that much later;
    the secret is compared every time. Ids that are not found are never remembered.
    """

    def __init__(
        self,
        store: AsyncStore,
        keys: ApiKeys,
        metrics: Metrics,
        *,
        cache_seconds: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._keys = keys
        self._metrics = metrics
        self._cache_seconds = cache_seconds
        self._clock = clock
        self._cache: OrderedDict[str, tuple[datetime, ApiKey]] = OrderedDict()

    async def __call__(self, credential: str | None) -> Principal:
        if not credential:
            self._metrics.record_auth_failure("missing")
            raise NotAuthenticated("send an API key as Authorization: Bearer or X-API-Key")
        presented = read_credential(credential)
        if presented is None:
            self._metrics.record_auth_failure("malformed")
            raise NotAuthenticated(_REFUSAL)
        record = await self._record(presented.key_id)
        verdict = judge_api_key(record, presented, self._clock())
        if record is None or verdict != "valid":
            self._metrics.record_auth_failure("expired" if verdict == "expired" else "unknown")
            raise NotAuthenticated(_REFUSAL)
        return record.principal.model_copy(update={"credential": record.id})

    async def _record(self, key_id: str) -> ApiKey | None:
        now = self._clock()
        read_at, remembered = self._cache.get(key_id, (None, None))
        if read_at is not None and (now - read_at).total_seconds() < self._cache_seconds:
            return remembered
        record = await self._store.run(self._keys.find(key_id))
        self._cache.pop(key_id, None)
        if record is not None:
            self._cache[key_id] = (now, record)
            if len(self._cache) > CACHED_KEYS_MAXIMUM:
                self._cache.popitem(last=False)
        return record


# One text for all reasons: a caller who guesses learns nothing from the answer.
_REFUSAL: Final = "the API key is not valid"
