"""The running service as one test sees it: with a tenant, a user and a key of its own."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from ..contracts import CreditAccount, CreditEntry, Event, EventEnvelope, Execution, Principal, Task
from ..contracts.task import A, R
from ..messaging import Handlers, MessagingOptions, Publisher
from ..policies.credits import Credits
from ..stores import ApiKeys, CreditLedger, Ledger, Store, make_api_key
from ..worker.handles import TaskHandle
from ..worker.registry import Registry
from ..worker.submit import Submitter

GRANTED_CREDITS: Final = 1_000


@dataclass(frozen=True, slots=True)
class RunningParts:
    """What runs for the whole test session. ``drain`` gives a tenant's events to their handlers."""

    api_url: str
    store: Store
    ledger: Ledger
    submitter: Submitter
    registry: Registry
    handlers: Handlers
    drain: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RunningService:
    """Submits, asks over HTTP, and looks at what came of it; nothing here meets another test's.

    ``client`` sends the key of ``principal``, whose accounts hold 1000 credits of each type that
    some task charges.
    """

    parts: RunningParts
    principal: Principal
    client: httpx.Client

    @property
    def tenant(self) -> str:
        """This test's own tenant."""
        return self.principal.tenant

    def submit(
        self,
        task: Task[A, R],
        args: A,
        *,
        principal: Principal | None = None,
        idempotency_key: str | None = None,
    ) -> TaskHandle[R]:
        """Submit without HTTP. ``handle.result(timeout=...)`` waits for the typed result."""
        return self.parts.submitter.submit(
            task, args, principal=principal or self.principal, idempotency_key=idempotency_key
        )

    def execution(self, execution_id: str) -> Execution | None:
        """The record of one of this tenant's executions."""
        return self.parts.store.run(self.parts.ledger.read(execution_id, self.tenant))

    def grant(self, credit_type: str, amount: int, *, user: str | None = None) -> CreditAccount:
        """Add credits to an account of this tenant."""
        holder = user or self.principal.user
        grant_id = uuid.uuid4().hex
        call = self._accounts.grant(self.tenant, holder, credit_type, amount, grant_id)
        return self.parts.store.run(call)

    def account(self, credit_type: str, *, user: str | None = None) -> CreditAccount:
        """What an account of this tenant holds."""
        holder = user or self.principal.user
        return self.parts.store.run(self._accounts.account(self.tenant, holder, credit_type))

    def credit_entries(self, credit_type: str) -> tuple[CreditEntry, ...]:
        """What has moved the tester's own account, the oldest first; at most 1000 movements."""
        return self.parts.store.run(
            self._accounts.entries(self.tenant, self.principal.user, credit_type, count=1_000)
        )

    def publish(self, event: Event) -> None:
        """Publish an event of this tenant; those of tasks are published when they succeed."""
        publisher = Publisher(self.parts.store, self.parts.ledger.keys, MessagingOptions())
        publisher.publish(event, tenant=self.tenant)

    def events(self) -> tuple[Event, ...]:
        """Every durable event of this tenant so far, oldest first."""
        # Typed by the client for sync and async alike.
        entries: Any = self.parts.store.client.xrange(self._stream)
        return tuple(event for _, fields in entries if (event := self._opened(fields)) is not None)

    def drain_events(self) -> tuple[Event, ...]:
        """Give this tenant's events to their handlers, and return all there were.

        Raises AssertionError when a handler failed; the log says why.
        """
        self.parts.drain(self.tenant)
        client = self.parts.store.client
        groups: Any = client.xinfo_groups(self._stream) if client.exists(self._stream) else []
        unfinished = sum(int(group["pending"]) for group in groups)
        if unfinished:
            message = f"{unfinished} events of tenant '{self.tenant}' were not handled; see the log"
            raise AssertionError(message)
        return self.events()

    @property
    def _accounts(self) -> CreditLedger:
        return CreditLedger(self.parts.ledger.keys)

    @property
    def _stream(self) -> str:
        return self.parts.ledger.keys.tenant(self.tenant).events

    def _opened(self, fields: dict[str, str]) -> Event | None:
        envelope = EventEnvelope.model_validate_json(fields["envelope"])
        model = self.parts.handlers.event(envelope.name)
        return None if model is None else model.model_validate_json(envelope.payload)


@contextmanager
def open_for_one_test(parts: RunningParts) -> Iterator[RunningService]:
    """A view with a fresh tenant, for as long as the block runs."""
    principal = Principal(user="tester", tenant=f"test-{uuid.uuid4().hex[:12]}")
    record, key = make_api_key(principal, now=datetime.now(UTC), label="test")
    parts.store.run(ApiKeys(parts.ledger.keys).create(record))
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=parts.api_url, headers=headers, trust_env=False) as client:
        running = RunningService(parts, principal, client)
        for credit_type in _credit_types(parts.registry):
            running.grant(credit_type, GRANTED_CREDITS)
        yield running


def _credit_types(registry: Registry) -> set[str]:
    return {
        policy.options.type
        for task in registry.values()
        for policy in task.policies
        if isinstance(policy, Credits)
    }
