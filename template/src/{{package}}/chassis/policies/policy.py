"""The kinds of policies, what they are told, and the decorator that collects them on a function."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Protocol, TypeVar, runtime_checkable

from ..contracts import Policy, PolicyConflict, Principal, Stage, Task, TaskArgs
from ..stores import Step, TenantKeys
from .canonical import canonical_json
from .surroundings import Surroundings

F = TypeVar("F", bound=Callable[..., Any])

# A body takes the number of the attempt. What it returns is the task's own result model, which the
# policies pass on untouched.
AsyncBody = Callable[[int], Awaitable[Any]]
SyncBody = Callable[[int], Any]

COLLECTED = "__policies__"
GUARD = "__guard__"


@dataclass(frozen=True)
class AdmissionCall:
    """One submission, as admission policies see it; ``task`` is the task's name in keys.

    ``address`` is the caller's IP address, empty where there is none. ``schema`` identifies the
    code that computes the result: module, qualified name, and a digest of the result's schema.
    ``circuit_wait_seconds`` tells how long the circuit of a dependency stays open (0: it is not),
    as far as this process knows. ``delay`` is how long the execution waits for its time.
    """

    task: str
    args: TaskArgs
    principal: Principal
    keys: TenantKeys
    idempotency_key: str | None = None
    address: str = ""
    schema: tuple[str, ...] = ()
    circuit_wait_seconds: Callable[[str], float] = lambda _: 0.0
    delay: timedelta = timedelta(0)

    @cached_property
    def canonical_args(self) -> str:
        """The arguments as text that is the same for equal ones. It holds their secrets."""
        return canonical_json(self.args.model_dump())


@runtime_checkable
class PermissionPolicy(Policy, Protocol):
    """Decides on the caller alone, before anything is read; and again when the body begins."""

    def require(self, principal: Principal, task: str) -> None:
        """Raises NotAuthorized."""


@runtime_checkable
class AdmissionPolicy(Policy, Protocol):
    """Decides inside the admission script."""

    def step(self, call: AdmissionCall) -> Step | None:
        """What to ask of the script; None when this call gives the policy nothing to do."""


@runtime_checkable
class ProtectionPolicy(Policy, Protocol):
    """Wraps the body in the worker, once per protection stage it acts at."""

    def around_async(self, stage: Stage, body: AsyncBody, surroundings: Surroundings) -> AsyncBody:
        """Wrap an `async def` body."""

    def around_sync(self, stage: Stage, body: SyncBody, surroundings: Surroundings) -> SyncBody:
        """Wrap a `def` body."""


def collect(policy: Policy) -> Callable[[F], F]:
    """Note the policy on the function and hand the function back unchanged."""

    def decorate(function: F) -> F:
        if isinstance(function, Task):
            message = (
                f"@{policy.name} stands above @task on '{function.name}', where it has no effect; "
                f"move it below @task"
            )
            raise PolicyConflict(message)
        if hasattr(function, GUARD):
            message = (
                f"@{policy.name} stands above @guarded on '{function.__qualname__}', where it has "
                f"no effect; move it below @guarded"
            )
            raise PolicyConflict(message)
        setattr(function, COLLECTED, (*collected(function), policy))
        return function

    return decorate


def collected(function: Callable[..., Any]) -> tuple[Policy, ...]:
    """The policies noted on a function so far."""
    policies: tuple[Policy, ...] = getattr(function, COLLECTED, ())
    return policies


def policies_of(*decorators: Callable[[F], F]) -> tuple[Policy, ...]:
    """What these decorators would note on a function."""

    def blank() -> None:
        """Nobody calls it."""

    for decorate in decorators:
        decorate(blank)  # type: ignore[arg-type]
    return collected(blank)
