"""The pile: idempotency, rate limit, cache, circuit breaker and credits, one request for each call.

As a team writes it that knows its business: what must be atomic is a script, nothing is asked for
twice, and a refusal frees the key. Written once as steps that yield commands, for sync and async.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Any, TypeVar

from valkey import Valkey
from valkey.asyncio import Valkey as AsyncValkey
from valkey.exceptions import NoScriptError

T = TypeVar("T")
Steps = Generator[tuple[Any, ...], Any, T]

USER = "bench"
DAY_MS, HOUR_MS, LEASE_MS = 86_400_000, 3_600_000, 30_000
# As many as the service's policies allow: nothing is refused here.
INTERVAL_US, BURST, GRANTED = 1, 1_000_000_000, 1_000_000_000_000

LIMIT = """-- limit
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local allowed_from = arrival + ARGV[1] * (1 - ARGV[2])
if allowed_from > now then return math.ceil((allowed_from - now) / 1000) end
arrival = arrival + ARGV[1]
redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000) + 1)
return 0
"""
HOLD = """-- hold
if tonumber(redis.call('HGET', KEYS[1], 'balance') or 0) < tonumber(ARGV[2]) then return 0 end
redis.call('HINCRBY', KEYS[1], 'balance', -ARGV[2])
redis.call('HINCRBY', KEYS[1], 'held', ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('XADD', KEYS[3], '*', 'kind', 'hold', 'amount', ARGV[2], 'call', ARGV[1])
return 1
"""
COMMIT = """-- commit
local held = redis.call('HGET', KEYS[2], ARGV[1])
if not held then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[1], 'held', -held)
redis.call('HINCRBY', KEYS[1], 'spent', held)
redis.call('XADD', KEYS[3], '*', 'kind', 'commit', 'amount', held, 'call', ARGV[1])
return 1
"""
SHA = {
    text: sha1(text.encode(), usedforsecurity=False).hexdigest() for text in (LIMIT, HOLD, COMMIT)
}
TEXT = {sha: text for text, sha in SHA.items()}
ACCOUNT = (f"credits:{USER}", f"credits:{USER}:holds", f"credits:{USER}:entries")
CIRCUIT = "circuit:bench"


class Refused(Exception):
    """A policy says no."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, under its idempotency key."""

    number: int
    key: str

    @property
    def claim(self) -> str:
        """Where the key's state and result are kept."""
        return f"claim:{USER}:{self.key}"

    @property
    def cached(self) -> str:
        """Where the result of these arguments is kept."""
        return f"cache:{self.fingerprint()}"

    def fingerprint(self) -> str:
        """What tells these arguments from others."""
        said = json.dumps({"number": self.number}, sort_keys=True)
        return sha256(f"noop:{USER}:{said}".encode()).hexdigest()

    def state(self, state: str, result: object = None) -> str:
        """The claim as it is written."""
        return json.dumps({"state": state, "fingerprint": self.fingerprint(), "result": result})


def admit(asked: Asked) -> Steps[Any]:
    """The submitter's half: an answer that is there already, or None. Raises Refused."""
    if not (yield "SET", asked.claim, asked.state("queued"), "NX", "PX", DAY_MS):
        claim = json.loads((yield "GET", asked.claim) or "{}")
        if claim.get("fingerprint") != asked.fingerprint():
            raise Refused("another call has this key")
        if claim["state"] != "succeeded":
            raise Refused("in progress")
        return claim["result"]
    try:
        if (yield *_script(LIMIT), 1, f"rate:{USER}", INTERVAL_US, BURST):
            raise Refused("limited")
        found = yield "GET", asked.cached
        if found is not None:
            result = json.loads(found)
            yield "SET", asked.claim, asked.state("succeeded", result), "PX", DAY_MS
            return result
        if (yield "HGET", CIRCUIT, "state") == "open":
            raise Refused("circuit open")
        if not (yield *_script(HOLD), 3, *ACCOUNT, asked.key, 1):
            raise Refused("no credits")
    except Refused:
        yield "DEL", asked.claim
        raise
    return None


def begin(asked: Asked) -> Steps[None]:
    """The worker's first word: the key is held by a call that runs."""
    yield "SET", asked.claim, asked.state("running"), "XX", "PX", LEASE_MS


def settle(asked: Asked, result: object) -> Steps[None]:
    """The worker's last words after a success."""
    yield "SET", asked.cached, json.dumps(result), "PX", HOUR_MS
    yield *_script(COMMIT), 3, *ACCOUNT, asked.key
    yield "HINCRBY", CIRCUIT, "successes", 1
    yield "SET", asked.claim, asked.state("succeeded", result), "PX", DAY_MS


def grant() -> Steps[None]:
    """Credits for everything that is measured, once."""
    yield "HSETNX", ACCOUNT[0], "balance", GRANTED


def by_hand(client: Valkey, steps: Steps[T]) -> T:
    """Send each command in a request of its own."""
    reply: Any = None
    try:
        while True:
            command = steps.send(reply)
            try:
                reply = client.execute_command(*command)
            except NoScriptError:
                reply = client.execute_command("EVAL", TEXT[command[1]], *command[2:])
    except StopIteration as end:
        return end.value


async def by_hand_async(client: AsyncValkey, steps: Steps[T]) -> T:
    """The same on an event loop."""
    reply: Any = None
    try:
        while True:
            command = steps.send(reply)
            try:
                reply = await client.execute_command(*command)
            except NoScriptError:
                reply = await client.execute_command("EVAL", TEXT[command[1]], *command[2:])
    except StopIteration as end:
        return end.value


def _script(text: str) -> tuple[str, str]:
    return "EVALSHA", SHA[text]
