"""The running service as one test sees it: with a tenant, a user and a key of its own."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from ..contracts import (
    CreditAccount,
    CreditEntry,
    Event,
    EventEnvelope,
    Execution,
    Principal,
    Task,
    TaskContext,
)
from ..contracts.task import A, R
from ..messaging import Handlers, MessagingOptions, Publisher
from ..policies import Breakers, CircuitBreaker
from ..policies.breaker import CircuitLimits
from ..stores import ApiKeys, CreditLedger, Ledger, Store, make_api_key
from ..worker.handles import TaskHandle
from ..worker.registry import Registry
from ..worker.submit import Submitter
from .altering import Ending, altered_numbers, replaced_body

# Longer than any test.
OPEN_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class RunningParts:
    """What runs for the whole test session. ``drain`` gives a tenant's events to their handlers."""

    api_url: str
    store: Store
    ledger: Ledger
    submitter: Submitter
    registry: Registry
    breakers: Breakers
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
        delay: timedelta | None = None,
    ) -> TaskHandle[R]:
        """Submit without HTTP. ``handle.result(timeout=...)`` waits for the typed result.

        With ``delay`` it holds what it needs at once, and does not begin.
        """
        return self.parts.submitter.submit(
            task,
            args,
            principal=principal or self.principal,
            idempotency_key=idempotency_key,
            delay=delay,
        )

    def caller(
        self,
        user: str | None = None,
        *,
        tenant: str | None = None,
        roles: Iterable[str] = (),
        scopes: Iterable[str] = (),
    ) -> Principal:
        """Somebody who asks: the tester in the test's own tenant, as far as nothing else is said."""
        return Principal(
            user=user or self.principal.user,
            tenant=tenant or self.tenant,
            roles=frozenset(roles),
            scopes=frozenset(scopes),
        )

    def headers_of(self, principal: Principal) -> dict[str, str]:
        """The headers of a request that ``principal`` makes, with an API key of its own."""
        return {"authorization": f"Bearer {new_key(self.parts, principal)}"}

    def overriding(self, **variables: str) -> AbstractContextManager[None]:
        """Numbers of tasks as TASK_* variables would say them, while the block runs:
        ``service.overriding(TASK_SEND_INVOICE__RATE_LIMIT__RATE="1/hour")``.
        """
        return altered_numbers(self.parts.registry, variables)

    def replacing_body(
        self, task: Task[Any, R], *endings: Ending[R]
    ) -> AbstractContextManager[list[TaskContext]]:
        """The task under its policies, but with a body that comes to ``endings`` in turn, while the
        block runs: an exception is raised, a result returned, and NEVER_ENDS waits to be cut off.
        The last one is repeated. Gives the contexts of the calls.
        """
        return replaced_body(self.parts.registry[task.name], endings)

    @contextmanager
    def open_circuit(self, dependency: str) -> Iterator[None]:
        """The circuit of a dependency is open while the block runs. Raises KeyError for one that no
        task guards.
        """
        circuit = self.parts.breakers.circuit(dependency, _limits(self.parts.registry)[dependency])
        circuit.reset()
        circuit.hold_open(OPEN_SECONDS)
        try:
            yield
        finally:
            circuit.reset()

    def execution(self, execution_id: str) -> Execution | None:
        """The record of one of this tenant's executions."""
        return self.parts.store.run(self.parts.ledger.read(execution_id, self.tenant))

    def grant(
        self, credit_type: str, amount: int, *, user: str | None = None, tenant: str | None = None
    ) -> CreditAccount:
        """Add credits to an account, of this tenant unless another is named."""
        holder = user or self.principal.user
        grant_id = uuid.uuid4().hex
        call = self._accounts.grant(tenant or self.tenant, holder, credit_type, amount, grant_id)
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


def new_key(parts: RunningParts, principal: Principal) -> str:
    """An API key of ``principal``."""
    record, key = make_api_key(principal, now=datetime.now(UTC), label="test")
    parts.store.run(ApiKeys(parts.ledger.keys).create(record))
    return key


def _limits(registry: Registry) -> dict[str, CircuitLimits]:
    return {
        policy.options.dependency: policy.limits
        for task in registry.values()
        for policy in task.policies
        if isinstance(policy, CircuitBreaker)
    }
