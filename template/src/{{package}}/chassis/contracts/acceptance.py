"""The seam between the ways in (API, schedule, command line) and the worker room's submission."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Protocol

from .execution import Execution, ExecutionState
from .principal import Principal
from .task import Task, TaskArgs


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission the service now answers for.

    ``replayed`` says that an earlier execution under the same idempotency key had already ended,
    ``cached`` that the cache had the result; ``result_json`` is then the result, or ``error_json``
    the failure. ``stale`` says that a cached result is past its time and is being computed anew.
    """

    execution_id: str
    tenant: str
    replayed: bool = False
    cached: bool = False
    stale: bool = False
    result_json: str | None = None
    error_json: str | None = None


class AcceptTask(Protocol):
    """Submits a task from async code. Raises a TaskRejected when it is refused."""

    async def __call__(
        self,
        task: Task[Any, Any],
        args: TaskArgs,
        *,
        principal: Principal,
        idempotency_key: str | None = None,
        correlation_id: str = "",
        traceparent: str = "",
        address: str = "",
    ) -> Accepted:
        """Admit, record and queue one submission; ``address`` is the caller's, where it has one."""


class ReadExecution(Protocol):
    """Reads an execution record from async code; None when there is none."""

    async def __call__(self, execution_id: str, tenant: str) -> Execution | None:
        """Read one record of one tenant."""


class CancelExecution(Protocol):
    """Cancels an execution from async code."""

    async def __call__(self, execution_id: str, tenant: str) -> ExecutionState:
        """Ask for it; the state it has now. A terminal one is final, whatever was asked."""


class FollowExecution(Protocol):
    """Follows an execution from async code."""

    def __call__(self, execution_id: str, tenant: str) -> AsyncGenerator[Execution, None]:
        """The record as it is, then each time that state or progress changes; ends when settled.

        Raises StoreUnavailable, and ExecutionNotFound when there is no record (any more).
        """
