"""Every error of the service, in one tree; the docstring of each is its default message.

ServiceError
├── TaskRejected            refused before running, nothing left behind
│   ├── NotAuthenticated    ├── RateLimited          ├── StoreUnavailable
│   ├── NotAuthorized       │   ├── EventsBacklogged │   └── SubmissionsInterrupted
│   ├── IdempotencyConflict │   └── ConcurrencyLimited
│   ├── IdempotencyMismatch ├── CircuitOpen          ├── CreditsExhausted
│   ├── OutcomeUnknown      ├── Overloaded           └── RequestImpossible
├── TaskFailed              ran and raised
│   ├── AttemptTimedOut         ├── DeadlineExceeded     └── ExecutionFailed
├── ExecutionNotFound       ├── DeadLetterNotFound       ├── CreditHoldNotFound
├── ResultNotReady          ├── DeadLetterNotReplayable  ├── CreditHoldEnded
└── ConfigurationError      found at start-up
    ├── UnknownTask         ├── DuplicateName        ├── DiscoveryFailed
    └── MixedQueue          └── PolicyConflict
"""


class ServiceError(Exception):
    """The service could not do what was asked."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class TaskRejected(ServiceError):
    """The task was refused before it ran; nothing was written.

    ``retry_after_seconds`` is set where waiting helps, and None where it never will.
    """

    def __init__(
        self, message: str | None = None, *, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class NotAuthenticated(TaskRejected):
    """The request carries no valid credentials."""


class NotAuthorized(TaskRejected):
    """The caller may not do this."""


class RateLimited(TaskRejected):
    """The rate limit is reached."""


class EventsBacklogged(RateLimited):
    """Too many events of the tenant wait to be handled; the new one was not published."""


class ConcurrencyLimited(RateLimited):
    """As many executions as allowed are under way."""


class CircuitOpen(TaskRejected):
    """The dependency has failed too often; calls to it are paused."""


class Overloaded(TaskRejected):
    """Too much waits for the workers already; less urgent work is turned away."""


class RequestImpossible(TaskRejected):
    """The request costs more than the limit can ever allow."""


class CreditsExhausted(TaskRejected):
    """The account does not hold enough credits."""


class StoreUnavailable(TaskRejected):
    """Valkey does not answer, so what was asked of it may or may not have happened."""


class SubmissionsInterrupted(StoreUnavailable):
    """Valkey stopped answering amid several submissions; submit all of them again, under their ids.

    ``execution_ids`` are those of all, in their order: what was admitted already is not admitted
    twice. ``admitted`` are those whose admission is known.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        execution_ids: tuple[str, ...],
        admitted: frozenset[str],
        retry_after_seconds: float | None,
    ) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds)
        self.execution_ids = execution_ids
        self.admitted = admitted


class IdempotencyConflict(TaskRejected):
    """A submission with this idempotency key is still running."""

    def __init__(
        self, message: str | None = None, *, execution_id: str, retry_after_seconds: float
    ) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds)
        self.execution_id = execution_id


class IdempotencyMismatch(TaskRejected):
    """This idempotency key was used with other arguments."""


class OutcomeUnknown(TaskRejected):
    """An execution under this idempotency key was cut off; whether it took effect is not known."""

    def __init__(self, message: str | None = None, *, execution_id: str) -> None:
        super().__init__(message)
        self.execution_id = execution_id


class TaskFailed(ServiceError):
    """The task ran and raised."""


class AttemptTimedOut(TaskFailed):
    """One attempt at the task took longer than its limit."""


class DeadlineExceeded(TaskFailed):
    """The task, all attempts together, took longer than its limit."""


class ExecutionFailed(TaskFailed):
    """The execution ended without a result."""

    def __init__(self, message: str | None = None, *, execution_id: str, state: str) -> None:
        super().__init__(message)
        self.execution_id = execution_id
        self.state = state


class ExecutionNotFound(ServiceError):
    """No execution of this caller has that id; it never existed or its record has expired."""


class DeadLetterNotFound(ServiceError):
    """No dead letter has that id; it never existed, or it was replayed, purged or has expired."""


class DeadLetterNotReplayable(ServiceError):
    """The dead letter holds nothing that could be done again."""


class CreditHoldNotFound(ServiceError):
    """No hold of credits has that id; it never existed, or it ended long ago."""


class CreditHoldEnded(ServiceError):
    """The hold of credits was committed or released, or it has expired."""


class ResultNotReady(ServiceError):
    """The execution did not end within the time given."""


class ConfigurationError(ServiceError):
    """The service cannot start as it is configured."""


class UnknownTask(ConfigurationError):
    """No task has that name."""


class DuplicateName(ConfigurationError):
    """Two tasks, events or handlers carry one name."""


class DiscoveryFailed(ConfigurationError):
    """A module of the service could not be imported."""


class MixedQueue(ConfigurationError):
    """A queue holds both `async def` and `def` tasks."""


class PolicyConflict(ConfigurationError):
    """The policies of a task do not fit together."""
