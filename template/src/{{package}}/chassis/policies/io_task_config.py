"""`ValkeyIOTaskConfig`: the policies of a function that exists already, as one table of numbers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import Policy
from .cached import Scope, cached
from .circuit_breaker import circuit_breaker
from .concurrency_limit import concurrency_limit
from .credits import credits
from .idempotent import idempotent
from .policy import policies_of
from .rate_limit import Per, rate_limit
from .retry import retry
from .timeout import timeout


class ValkeyIOTaskConfig(BaseModel):
    """What is unset adds no policy. Each number is checked by the policy that it goes to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(default=None, description="In keys, metrics and errors.")
    timeout_attempt: float | None = Field(default=None, description="Of one attempt, seconds.")
    timeout_total: float | None = Field(default=None, description="Of all attempts, seconds.")
    retry_attempts: int | None = Field(default=None, description="Runs in all.")
    retry_wait_initial: float = Field(default=0.5, description="First wait, seconds.")
    retry_wait_max: float = Field(default=30.0, description="Longest wait, seconds.")
    retry_on: tuple[type[Exception], ...] = Field(
        default=(Exception,), description="Which errors are worth another attempt."
    )
    rate_limit: str | None = Field(default=None, description='For example "100/minute".')
    rate_limit_per: Per = Field(default="user", description="Whose allowance it is.")
    idempotency_retention: timedelta | None = Field(
        default=None, description="How long a result is replayed under its idempotency key."
    )
    idempotency_fields: tuple[str, ...] = Field(
        default=(), description="Parameters that make the key when the caller gives none."
    )
    circuit_breaker: str | None = Field(
        default=None, description="The dependency whose failures pause the calls."
    )
    concurrency_limit: int | None = Field(
        default=None, description="Calls of one user that may be under way at once."
    )
    cache_ttl: timedelta | None = Field(default=None, description="How long a result answers.")
    cache_scope: Scope = Field(default="user", description="Whom a cached result answers.")
    credit_type: str | None = Field(default=None, description="Which credits a call is charged.")
    credit_estimate: int = Field(default=1, description="How many are held for a call.")

    def policies(self) -> tuple[Policy, ...]:
        """The policies of the numbers that are set. Raises PolicyConflict."""
        # Each fits any function.
        found: list[Callable[[Any], Any]] = []
        if self.timeout_attempt is not None or self.timeout_total is not None:
            found.append(timeout(attempt=self.timeout_attempt, total=self.timeout_total))
        if self.retry_attempts is not None:
            found.append(
                retry(
                    attempts=self.retry_attempts,
                    wait_initial=self.retry_wait_initial,
                    wait_max=self.retry_wait_max,
                    on=self.retry_on,
                )
            )
        if self.rate_limit is not None:
            found.append(rate_limit(self.rate_limit, per=self.rate_limit_per))
        if self.idempotency_retention is not None:
            found.append(
                idempotent(retention=self.idempotency_retention, fields=self.idempotency_fields)
            )
        if self.circuit_breaker is not None:
            found.append(circuit_breaker(self.circuit_breaker))
        if self.concurrency_limit is not None:
            found.append(concurrency_limit(self.concurrency_limit))
        if self.cache_ttl is not None:
            found.append(cached(self.cache_ttl, scope=self.cache_scope))
        if self.credit_type is not None:
            found.append(credits(self.credit_type, estimate=self.credit_estimate))
        return policies_of(*found)
