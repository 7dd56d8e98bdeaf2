"""Opens the running service for one test: with a tenant, a user, a key and credits of its own."""

import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from ..contracts import Principal
from ..policies.credits import Credits
from ..stores import CreditLedger
from ..worker.registry import Registry
from .running import RunningParts, RunningService, new_key

GRANTED_CREDITS: Final = 1_000


@contextmanager
def open_for_one_test(parts: RunningParts) -> Iterator[RunningService]:
    """A view with a fresh tenant, for as long as the block runs."""
    principal = Principal(user="tester", tenant=f"test-{uuid.uuid4().hex[:12]}")
    # What bodies of an earlier test did to a dependency is not this one's business.
    parts.breakers.forget()
    headers = {"authorization": f"Bearer {new_key(parts, principal)}"}
    # Plain HTTP on this machine: to load whom it would trust otherwise took half of a short test.
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with httpx.Client(
        base_url=parts.api_url, headers=headers, trust_env=False, verify=nobody
    ) as client:
        running = RunningService(parts, principal, client)
        _grant_each(parts, principal, _credit_types(parts.registry))
        yield running


def _grant_each(parts: RunningParts, principal: Principal, credit_types: set[str]) -> None:
    accounts, holder = CreditLedger(parts.ledger.keys), (principal.tenant, principal.user)
    # In one request: a large service has as many types as tasks.
    parts.store.run_many(
        [
            accounts.grant(*holder, credit_type, GRANTED_CREDITS, uuid.uuid4().hex)
            for credit_type in sorted(credit_types)
        ]
    )


def _credit_types(registry: Registry) -> set[str]:
    return {
        policy.options.type
        for task in registry.values()
        for policy in task.policies
        if isinstance(policy, Credits)
    }
