"""The `@task` decorator, and the registry of the tasks that discovery found."""

import difflib
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, get_type_hints

from ..contracts import (
    ConfigurationError,
    Cron,
    DuplicateName,
    Every,
    MixedQueue,
    Priority,
    Schedule,
    Task,
    TaskArgs,
    TaskContext,
    TaskKind,
    TaskResult,
    UnknownTask,
    starred_fields,
)
from ..contracts.task import A, R
from ..policies import collected, compile_policies, pipeline_of

DEFAULT_QUEUES = {TaskKind.ASYNC: "default", TaskKind.SYNC: "cpu"}

RETRIES_MAXIMUM: Final = 100
RETRY_DELAY_MAXIMUM: Final = timedelta(days=7)

# The wire name is a metric label, a segment of a URL and part of key names.
_WIRE_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def task(
    *,
    name: str | None = None,
    queue: str | None = None,
    priority: Priority = Priority.NORMAL,
    every: timedelta | None = None,
    cron: str | None = None,
    timezone: str | None = None,
    retries: int = 0,
    retry_delay: timedelta = timedelta(seconds=30),
) -> Callable[[Callable[[A, TaskContext], Awaitable[R] | R]], Task[A, R]]:
    """Make a task of ``function(args, context) -> result`` and the policies written below.

    ``name`` is the wire name and defaults to the function's name; ``queue`` defaults to `default`
    for `async def` and to `cpu` for `def`. The scheduler submits it with default arguments: once
    in each span of ``every``, or at the times of a ``cron`` expression in ``timezone`` (UTC unless
    given). An execution whose delivery failed in a way that may pass is queued again up to ``retries``
    times, after ``retry_delay``, twice that, and so on; its worker is free meanwhile. Raises
    ConfigurationError when the signature, the policies or the schedule do not fit.
    """

    def decorate(function: Callable[[A, TaskContext], Awaitable[R] | R]) -> Task[A, R]:
        wire_name = _wire_name(name or function.__name__)
        args_model: type[A]
        result_model: type[R]
        args_model, result_model = _models(wire_name, function)
        _refuse_starred_secrets(wire_name, args_model, result_model)
        kind = TaskKind.ASYNC if inspect.iscoroutinefunction(function) else TaskKind.SYNC
        schedule = _schedule(wire_name, every, cron, timezone)
        _refuse_retries_out_of_range(wire_name, retries, retry_delay)
        if schedule is not None:
            _require_default_arguments(wire_name, args_model)
        return Task(
            name=wire_name,
            queue=queue or DEFAULT_QUEUES[kind],
            priority=priority,
            kind=kind,
            args_model=args_model,
            result_model=result_model,
            function=function,
            plan=compile_policies(
                wire_name, collected(function), args_model, result=result_model, retries=retries
            ),
            schedule=schedule,
            retries=retries,
            retry_delay=retry_delay,
            summary=(inspect.getdoc(function) or "").partition("\n")[0],
        )

    return decorate


class Registry(Mapping[str, Task[Any, Any]]):
    """All tasks of the service by wire name. Raises on duplicate names and mixed queues."""

    def __init__(self, tasks: Iterable[Task[Any, Any]]) -> None:
        self._tasks: dict[str, Task[Any, Any]] = {}
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
        """The task of that name; None where `[name]` raises."""
        return self._tasks.get(name)

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
        if twin := self._tasks.get(added.name):
            message = (
                f"two tasks are named '{added.name}': {_path(twin)} and {_path(added)}; "
                f"give one of them another name=..."
            )
            raise DuplicateName(message)
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


def _wire_name(name: str) -> str:
    if _WIRE_NAME.fullmatch(name) is None:
        message = (
            f"task name '{name}' is not of the form send_invoice: lower-case letters, digits and "
            f"underscores, a letter first, 64 at most; give it another name=..."
        )
        raise ConfigurationError(message)
    return name


def _models(
    name: str, function: Callable[[A, TaskContext], Awaitable[R] | R]
) -> tuple[type[A], type[R]]:
    hints = get_type_hints(function)
    parameters = [hints.get(parameter) for parameter in inspect.signature(function).parameters]
    result = hints.get("return")
    fits = (
        len(parameters) == 2
        and _is_model(parameters[0], TaskArgs)
        and parameters[1] is TaskContext
        and _is_model(result, TaskResult)
    )
    if not fits:
        message = (
            f"task '{name}' must read: def {name}(args: <a TaskArgs model>, context: TaskContext) "
            f"-> <a TaskResult model>, with all three annotated"
        )
        raise ConfigurationError(message)
    args_model: Any = parameters[0]
    result_model: Any = result
    return args_model, result_model


def _is_model(hint: object, model: type) -> bool:
    return isinstance(hint, type) and issubclass(hint, model)


def _refuse_retries_out_of_range(name: str, retries: int, delay: timedelta) -> None:
    if not 0 <= retries <= RETRIES_MAXIMUM or not timedelta(0) < delay <= RETRY_DELAY_MAXIMUM:
        message = (
            f"task '{name}' has retries={retries} after {delay}; give 0 to {RETRIES_MAXIMUM}, each "
            f"after up to {RETRY_DELAY_MAXIMUM}"
        )
        raise ConfigurationError(message)


def _schedule(
    name: str, every: timedelta | None, cron: str | None, timezone: str | None
) -> Schedule | None:
    if every is not None and cron is not None:
        message = f"task '{name}' has both every= and cron=; keep one of them"
        raise ConfigurationError(message)
    if timezone is not None and cron is None:
        message = f"task '{name}' has timezone= without cron=, which alone reads it; remove it"
        raise ConfigurationError(message)
    try:
        if every is not None:
            return Every(every)
        return None if cron is None else Cron(cron, "UTC" if timezone is None else timezone)
    except ConfigurationError as error:
        message = f"task '{name}': {error}"
        raise ConfigurationError(message) from error


def _require_default_arguments(name: str, args_model: type[TaskArgs]) -> None:
    required = [field for field, info in args_model.model_fields.items() if info.is_required()]
    if required:
        message = (
            f"task '{name}' runs on a schedule, so its arguments need defaults: "
            f"{', '.join(required)} has none"
        )
        raise ConfigurationError(message)


def _refuse_starred_secrets(
    name: str, args_model: type[TaskArgs], result_model: type[TaskResult]
) -> None:
    if starred := starred_fields(args_model):
        message = (
            f"task '{name}' would receive stars for its argument {', '.join(starred)}: "
            f"annotate it as Secret, from the chassis, instead of SecretStr"
        )
        raise ConfigurationError(message)
    if starred := starred_fields(result_model):
        message = (
            f"task '{name}' would return stars for {', '.join(starred)}: a result is shown to "
            f"whoever asked; store the secret elsewhere and return a reference"
        )
        raise ConfigurationError(message)
