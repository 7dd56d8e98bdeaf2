"""Looks at what the service stands on, and says of each trouble what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from valkey import Valkey
from valkey.exceptions import AuthenticationError, ValkeyError

OLDEST_VERSION: Final = (7, 2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``way_out`` is empty when it is as it should be."""

    subject: str
    found: str
    way_out: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be done."""
        return not self.way_out


def examine_valkey(client: Valkey, *, where: str) -> Iterator[Finding]:
    """Reachability, version, eviction and persistence of the server. ``where`` is shown to people."""
    try:
        client.ping()
        # One section each: an ACL may allow INFO and deny CONFIG.
        facts: dict[str, Any] = {}
        for section in ("server", "memory", "persistence"):
            # The client types its answer for sync and async alike.
            facts |= cast("dict[str, Any]", client.info(section))
    except AuthenticationError:
        yield Finding(
            "valkey",
            f"{where} refuses the credentials",
            "correct VALKEY_USERNAME and VALKEY_PASSWORD, or those in VALKEY_URL",
        )
        return
    except (ValkeyError, OSError) as error:
        yield Finding(
            "valkey",
            f"{where} does not answer: {type(error).__name__}",
            "start it (`dev` brings one along), or correct VALKEY_URL",
        )
        return
    yield Finding("valkey", f"{where} answers")
    yield judge_version(str(facts.get("valkey_version") or facts.get("redis_version", "0")))
    yield judge_eviction(str(facts.get("maxmemory_policy", "unknown")))
    yield judge_persistence(append_only=bool(facts.get("aof_enabled")))


def judge_version(version: str) -> Finding:
    """Old servers lack commands that the scripts need."""
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    oldest = ".".join(map(str, OLDEST_VERSION))
    way_out = "" if numbers >= OLDEST_VERSION else f"upgrade the server to {oldest} or newer"
    return Finding("version", version, way_out)


def judge_eviction(policy: str) -> Finding:
    """Any other policy than noeviction drops accepted work to make room."""
    if policy == "noeviction":
        return Finding("eviction", policy)
    way_out = "set maxmemory-policy to noeviction: others drop accepted work when memory is short"
    return Finding("eviction", policy, way_out)


def judge_persistence(*, append_only: bool) -> Finding:
    """Without an append-only file a restart forgets; that may be meant, so it is only told."""
    found = "append-only file" if append_only else "no append-only file: a restart forgets all work"
    return Finding("persistence", found)
