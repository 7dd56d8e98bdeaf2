"""Cached results beside the ledger: those that all tenants share, and those that nobody can read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from .calls import Call, Reply, load_script
from .keys import Keys


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """A result that was computed before, by which execution, and whether it is past its time."""

    result_json: str
    execution_id: str
    is_stale: bool


def shared_answer(keys: Keys, cache_key: str) -> Call[SharedAnswer | None]:
    """Read what is kept for all tenants under a cache key; None where that is nothing."""
    return Call(load_script("shared_answer"), (keys.shared_cached(cache_key),), (), _to_answer)


def keep_shared_answer(
    keys: Keys, cache_key: str, ttl_ms: int, stale_ms: int, result_json: str, execution_id: str
) -> Call[str]:
    """Keep a result for all tenants: fresh for ``ttl_ms``, stale for ``stale_ms`` behind it."""
    arguments = (str(ttl_ms), str(stale_ms), result_json, execution_id)
    return Call(load_script("keep_shared_answer"), (keys.shared_cached(cache_key),), arguments, str)


def forget_answer(result_keys: Sequence[str], result_json: str) -> Call[int]:
    """Delete those keys, of one slot, that hold this very result; how many that were."""
    return Call(load_script("forget_answer"), tuple(result_keys), (result_json,), int)


def _to_answer(reply: Reply) -> SharedAnswer | None:
    if not reply:
        return None
    found = json.loads(reply)
    return SharedAnswer(found["result"], found["execution"], found["stale"])
