"""Every key and channel name of the service, in one place.

What belongs to a tenant carries the tenant as its hash tag, so each script touches one slot of a
cluster. What belongs to the service as a whole has no tag and is only ever touched on its own,
but for a leader and what is written under its fence: these share the role's name as their tag. A
circuit has its dependency as its tag, so that a cluster spreads them; so has a cached result that all
tenants share its cache key.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, unquote

from ..contracts.principal import TENANT_PATTERN


@dataclass(frozen=True, slots=True)
class Keys:
    """Names below one service's prefix."""

    prefix: str

    def tenant(self, tenant: str) -> "TenantKeys":
        """The names of one tenant."""
        return TenantKeys(f"{self.prefix}:{{{tenant}}}")

    @property
    def tenants(self) -> str:
        """Set of every tenant that has submitted or published."""
        return f"{self.prefix}:tenants"

    @property
    def broker(self) -> str:
        """Prefix of everything that Celery's transport keeps."""
        return f"{self.prefix}:broker:"

    @property
    def unacked(self) -> str:
        """Hash: messages that a worker has fetched and not acknowledged, by delivery tag."""
        return f"{self.broker}unacked"

    @property
    def unacked_index(self) -> str:
        """Sorted set: their delivery tags by the time (s) at which a worker was last heard of."""
        return f"{self.broker}unacked_index"

    @property
    def dead_messages(self) -> str:
        """Stream: messages that no worker could take; beside the queues, on the broker's server."""
        return f"{self.broker}dead-messages"

    @property
    def broker_patterns(self) -> tuple[str, ...]:
        """What Celery's remote control and its monitors subscribe to, by patterns, in database 0."""
        return (f"{self.broker}/0.celery.pidbox", f"{self.broker}/0.celeryev/*")

    @property
    def cancellations(self) -> str:
        """Channel: told which running execution of which tenant is to stop."""
        return f"{self.prefix}:cancellations"

    @property
    def api_keys(self) -> str:
        """Hash: the record of every API key by its id."""
        return f"{self.prefix}:api-keys"

    def circuit(self, dependency: str) -> str:
        """Hash: what each process finds of a dependency, and an operator's word about it."""
        return f"{self.prefix}:circuit:{{{dependency}}}"

    def shared_cached(self, cache_key: str) -> str:
        """Hash: a cached result that all tenants share, each in a hash slot of its own."""
        return f"{self.prefix}:cached:{{{cache_key}}}"

    def leader(self, role: str) -> str:
        """Hash: who leads a role, until when, and its fence."""
        return f"{self.prefix}:leader:{{{role}}}"

    @property
    def schedule(self) -> str:
        """Sorted set: scheduled tasks by the start of their last slot. In its leader's hash slot."""
        return f"{self.prefix}:schedule:{{scheduler}}"

    def tenant_of(self, channel: str) -> str | None:
        """Whose doorbell or broadcast channel this is; None when it has another form."""
        form = rf"{re.escape(self.prefix)}:\{{(.+)\}}:(doorbell|broadcast)"
        found = re.fullmatch(form, channel)
        return found[1] if found and TENANT_PATTERN.fullmatch(found[1]) else None

    @property
    def doorbells(self) -> str:
        """Pattern that matches every tenant's doorbell channel."""
        return f"{self.prefix}:*:doorbell"

    @property
    def broadcasts(self) -> str:
        """Pattern that matches every tenant's broadcast channel."""
        return f"{self.prefix}:*:broadcast"


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """Names of one tenant; all share one hash slot."""

    base: str

    def execution(self, execution_id: str) -> str:
        """Hash: one execution record."""
        return f"{self.base}:execution:{execution_id}"

    def result(self, execution_id: str) -> str:
        """String: a large result, kept beside its record."""
        return f"{self.base}:result:{execution_id}"

    @property
    def dead_executions(self) -> str:
        """Sorted set: executions that ended as dead, by the time (ms) at which they did."""
        return f"{self.base}:dead-executions"

    @property
    def suspect(self) -> str:
        """String: the execution that is out for its last delivery, while others wait for it."""
        return f"{self.base}:suspect"

    @property
    def due(self) -> str:
        """Sorted set: executions by the time (ms) at which the reconciler looks at them."""
        return f"{self.base}:due"

    def claim(self, task: str, user: str, idempotency_key: str) -> str:
        """Hash: who holds an idempotency key. Hashed part by part, so that no two triples meet."""
        return f"{self.base}:claim:{digest(task, user, idempotency_key)}"

    def rate(self, *subject: str) -> str:
        """String: the theoretical arrival time of one rate limit's subject."""
        return f"{self.base}:rate:{digest(*subject)}"

    @property
    def accounts(self) -> str:
        """Set: the key of every credit account."""
        return f"{self.base}:credit-accounts"

    def concurrency(self, *subject: str) -> str:
        """Sorted set: executions of one subject by the time (ms) at which they stop to count."""
        return f"{self.base}:concurrency:{digest(*subject)}"

    def cached(self, cache_key: str) -> str:
        """Hash: a result by what it was computed from, with the time (ms) until it is fresh."""
        return f"{self.base}:cached:{cache_key}"

    def flight(self, cache_key: str) -> str:
        """String: the execution that computes this result now."""
        return f"{self.base}:flight:{cache_key}"

    def last_good(self, task: str) -> str:
        """Hash: the last result of a task that counts, as `@last_good` remembers it."""
        return f"{self.base}:last-good:{task}"

    def account(self, credit_type: str, user: str) -> str:
        """Hash: granted, balance, held and spent of one account."""
        return f"{self.base}:credits:{quote(credit_type, safe='')}:{quote(user, safe='')}"

    def holds(self, credit_type: str, user: str) -> str:
        """Hash: open holds of one account, amount by the id of an execution or of a direct call."""
        return f"{self.account(credit_type, user)}:holds"

    def hold_ends(self, credit_type: str, user: str) -> str:
        """Sorted set: open holds of one account, by the time (ms) at which they expire."""
        return f"{self.account(credit_type, user)}:ends"

    def hold(self, credit_type: str, user: str, hold_id: str) -> str:
        """Hash: what became of a direct call's hold. It outlives the hold."""
        return f"{self.account(credit_type, user)}:hold:{quote(hold_id, safe='')}"

    def entries(self, credit_type: str, user: str) -> str:
        """Stream: every movement of one account, append-only."""
        return f"{self.account(credit_type, user)}:entries"

    def account_keys(self, credit_type: str, user: str) -> tuple[str, ...]:
        """All that the scripts need of one account, in their order."""
        account = self.account(credit_type, user)
        return (account, f"{account}:holds", f"{account}:entries", f"{account}:ends", self.accounts)

    def account_of(self, key: str) -> tuple[str, str]:
        """Credit type and user of an account, by its key."""
        credit_type, user = key.removeprefix(f"{self.base}:credits:").split(":")
        return unquote(credit_type), unquote(user)

    def notice(self, execution_id: str) -> str:
        """Channel: told when the execution makes progress or ends."""
        return f"{self.base}:notice:{execution_id}"

    @property
    def events(self) -> str:
        """Stream: the tenant's durable events."""
        return f"{self.base}:events"

    @property
    def dead_events(self) -> str:
        """Stream: events that no handler could take."""
        return f"{self.base}:events:dead"

    @property
    def doorbell(self) -> str:
        """Channel: rung after each durable event."""
        return f"{self.base}:doorbell"

    @property
    def broadcast(self) -> str:
        """Channel: broadcast events."""
        return f"{self.base}:broadcast"

    def handled(self, event_id: str, handler: str) -> str:
        """Hash: whether a handler has handled an event, and how often it was tried."""
        return f"{self.base}:handled:{event_id}:{handler}"


def handled_keys(tenant: TenantKeys, event_id: str, handlers: Sequence[str]) -> tuple[str, ...]:
    """The records of one event's handlers, in their order."""
    return tuple(tenant.handled(event_id, handler) for handler in handlers)


def digest(*parts: str) -> str:
    """Hash parts so that ("a", "bc") and ("ab", "c") differ: each is prefixed by its length."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(text.encode()).hexdigest()[:32]
