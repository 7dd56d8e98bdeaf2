"""The `@task` decorator, and the registry of the tasks that discovery found."""

import difflib
import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from ..contracts import (
    DuplicateName,
    MixedQueue,
    Priority,
    Task,
    TaskContext,
    TaskKind,
    UnknownTask,
)
from ..contracts.task import A, R
from ..policies import collected, compile_policies, pipeline_of
from .definition import (
    former_names_of,
    models_of,
    refuse_retries_out_of_range,
    refuse_starred_secrets,
    schedule_of,
    wire_name_of,
)

DEFAULT_QUEUES = {TaskKind.ASYNC: "default", TaskKind.SYNC: "cpu"}


def task(
    *,
    name: str | None = None,
    formerly: Sequence[str] = (),
    queue: str | None = None,
    priority: Priority = Priority.NORMAL,
    every: timedelta | None = None,
    cron: str | None = None,
    timezone: str | None = None,
    retries: int = 0,
    retry_delay: timedelta = timedelta(seconds=30),
) -> Callable[[Callable[[A, TaskContext], Awaitable[R] | R]], Task[A, R]]:
    """Make a task of ``function(args, context) -> result`` and the policies written below.

    ``name`` is the wire name and defaults to the function's name; what is queued under a name that it
    had ``formerly`` (oldest first) runs as well. ``queue`` defaults to `default`
    for `async def` and to `cpu` for `def`. The scheduler submits it with default arguments: once
    in each span of ``every``, or at the times of a ``cron`` expression in ``timezone`` (UTC unless
    given). An execution whose delivery failed in a way that may pass is queued again up to ``retries``
    times, after ``retry_delay``, twice that, and so on; its worker is free meanwhile. Raises
    ConfigurationError when the signature, the policies or the schedule do not fit.
    """

    def decorate(function: Callable[[A, TaskContext], Awaitable[R] | R]) -> Task[A, R]:
        wire_name = wire_name_of(name or function.__name__)
        args, result = models_of(wire_name, function)
        refuse_starred_secrets(wire_name, args, result)
        kind = TaskKind.ASYNC if inspect.iscoroutinefunction(function) else TaskKind.SYNC
        schedule = schedule_of(wire_name, args, every, cron, timezone)
        refuse_retries_out_of_range(wire_name, retries, retry_delay)
        policies = collected(function)
        return Task(
            name=wire_name,
            queue=queue or DEFAULT_QUEUES[kind],
            priority=priority,
            kind=kind,
            args_model=args,
            result_model=result,
            function=function,
            plan=compile_policies(
                wire_name, policies, args, result=result, retries=retries, schedule=schedule
            ),
            schedule=schedule,
            retries=retries,
            retry_delay=retry_delay,
            summary=(inspect.getdoc(function) or "").partition("\n")[0],
            formerly=former_names_of(wire_name, formerly),
        )

    return decorate


class Registry(Mapping[str, Task[Any, Any]]):
    """All tasks of the service by wire name. Raises on duplicate names and mixed queues."""

    def __init__(self, tasks: Iterable[Task[Any, Any]]) -> None:
        self._tasks: dict[str, Task[Any, Any]] = {}
        self._by_any_name: dict[str, Task[Any, Any]] = {}
        for each in sorted(tasks, key=lambda each: each.name):
            self._add(each)

    def __getitem__(self, name: str) -> Task[Any, Any]:
        try:
            return self._tasks[name]
        except KeyError:
            raise UnknownTask(self._unknown(name)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    def __contains__(self, name: object) -> bool:
        return name in self._tasks

    def find(self, name: str) -> Task[Any, Any] | None:
        """The task that has the name, or had it formerly; None when no task answers to it."""
        return self._by_any_name.get(name)

    @property
    def dependencies(self) -> frozenset[str]:
        """Every dependency that some task guards by a circuit breaker."""
        return frozenset(
            name for each in self._tasks.values() for name in pipeline_of(each).dependencies
        )

    def queues(self, kind: TaskKind) -> tuple[str, ...]:
        """The queues that hold tasks of one kind, sorted."""
        return tuple(sorted({each.queue for each in self._tasks.values() if each.kind is kind}))

    def _add(self, added: Task[Any, Any]) -> None:
        for name in (added.name, *added.formerly):
            if twin := self._by_any_name.get(name):
                message = (
                    f"two tasks are named '{name}': {_path(twin)} and {_path(added)}; "
                    f"give one of them another name=..., or take it out of formerly=..."
                )
                raise DuplicateName(message)
            self._by_any_name[name] = added
        for other in self._tasks.values():
            if other.queue == added.queue and other.kind is not added.kind:
                message = (
                    f"queue '{added.queue}' holds {other.kind} task '{other.name}' and {added.kind} "
                    f"task '{added.name}'; give one of them another queue=..."
                )
                raise MixedQueue(message)
        self._tasks[added.name] = added

    def _unknown(self, name: str) -> str:
        close = difflib.get_close_matches(name, self._tasks, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        return f"task '{name}' is not registered{hint}"


def _path(of: Task[Any, Any]) -> str:
    return f"{of.function.__module__}.{of.function.__qualname__}"
