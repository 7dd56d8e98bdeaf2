"""What a task is: typed arguments, a typed result, a function, and the policies around it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from .event import Event
from .execution import Progress
from .policy import Plan, Policy
from .principal import SYSTEM, Principal
from .schedule import Schedule
from .settings import S, Sections, section_of


class TaskArgs(BaseModel):
    """Base of every task's arguments: frozen, and strict about unknown fields."""

    # What does not fit is told without its value: errors go to logs, arguments do not. A number
    # that JSON cannot write (NaN, infinity) would come back as null, so it is refused at once.
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False
    )


class TaskResult(BaseModel):
    """Base of every task's result: frozen; a newer worker's extra fields are ignored."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False
    )


class Priority(IntEnum):
    """How urgent an execution is within its queue; the lower number runs first."""

    CRITICAL = 0
    HIGH = 3
    NORMAL = 6
    LOW = 9


class TaskKind(StrEnum):
    """How a task's body runs: on the worker's event loop, or in a process of its own."""

    ASYNC = "async"
    SYNC = "sync"


class TaskLogger(Protocol):
    """The part of a structured logger that task bodies use."""

    def debug(self, event: str, /, **fields: object) -> object: ...
    def info(self, event: str, /, **fields: object) -> object: ...
    def warning(self, event: str, /, **fields: object) -> object: ...
    def error(self, event: str, /, **fields: object) -> object: ...


ProgressSink = Callable[[Progress], None]

A = TypeVar("A", bound=TaskArgs)
R = TypeVar("R", bound=TaskResult)


@dataclass(frozen=True, slots=True)
class TaskContext:
    """What a body knows about its execution, and what it may say while it runs.

    ``attempt`` counts the runs of the body in this delivery, ``delivery`` how often a worker has
    begun the execution (above 1 after a worker was lost). Both start at 1. ``deadline`` is when
    the total timeout ends, None without one.
    """

    execution_id: str
    logger: TaskLogger
    report: ProgressSink
    principal: Principal = SYSTEM
    attempt: int = 1
    delivery: int = 1
    deadline: datetime | None = None
    correlation_id: str = ""
    outbox: list[Event] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    sections: Sections = field(default_factory=dict)
    recalled: TaskResult | None = None

    def settings(self, model: type[S]) -> S:
        """The team's settings of one section, as read at start-up."""
        return section_of(self.sections, model)

    def last_good(self, model: type[R]) -> R | None:
        """The last result that counts, under `@last_good`; None before the first, and without it.

        Raises TypeError for a ``model`` that is not the task's own result.
        """
        if self.recalled is None or isinstance(self.recalled, model):
            return self.recalled
        message = f"the last good result is a {type(self.recalled).__name__}, no {model.__name__}"
        raise TypeError(message)

    def progress(self, fraction: float, note: str = "") -> None:
        """Tell watchers how far the body is (0 to 1). Never blocks; the last word wins."""
        self.report(Progress(fraction=fraction, note=note))

    def emit(self, event: Event) -> None:
        """Publish an event if, and only if, this attempt succeeds: it is committed with the result."""
        self.outbox.append(event)

    def use_credits(self, credit_type: str, amount: int) -> None:
        """Say what the work really cost, in whole credits; without it the estimate is charged.

        The last word about a type counts, and only if the task succeeds. More than the estimate is
        charged, or fails the execution, as the task's `@credits(overage=...)` says.
        """
        self.used[credit_type] = amount


@dataclass(frozen=True, slots=True)
class Task(Generic[A, R]):
    """A registered function with its models, its queue and the plan of its policies.

    ``retries`` is how often an execution is queued again after a delivery failed; the first time after
    ``retry_delay``, which doubles from then on. ``formerly`` are names that it had before, oldest
    first: what was queued under them runs here.
    """

    name: str
    queue: str
    priority: Priority
    kind: TaskKind
    args_model: type[A]
    result_model: type[R]
    # The body is `(A, TaskContext) -> R | Awaitable[R]`; which of the two is what `kind` says, and
    # a caller that awaits or returns it needs exactly what the author declared.
    function: Callable[[A, TaskContext], Any]
    plan: Plan
    schedule: Schedule | None = None
    retries: int = 0
    retry_delay: timedelta = timedelta(seconds=30)
    summary: str = ""
    formerly: tuple[str, ...] = ()

    def __call__(self, args: A, context: TaskContext) -> Any:
        """Call the body alone, without policies: what a unit test wants."""
        return self.function(args, context)

    @property
    def name_in_keys(self) -> str:
        """The oldest name in use, so that no key or slot begins anew when the task is renamed."""
        return self.formerly[0] if self.formerly else self.name

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies in the order of their stages."""
        return self.plan.policies
