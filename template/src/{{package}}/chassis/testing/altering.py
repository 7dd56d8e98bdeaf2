"""Alters tasks for as long as a block runs: other numbers, another body.

The API, the worker and the scheduler of a test's process hold the same task, so it is altered in place.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from ..contracts import Task, TaskContext, TaskKind
from ..contracts.task import R
from ..settings import override_tasks
from ..worker.registry import Registry


class Unending(Enum):
    """What a body comes to that only a limit or a cancellation ends."""

    NEVER_ENDS = "never ends"


NEVER_ENDS: Final = Unending.NEVER_ENDS

# What one call of a body comes to: its result, what it raises, or nothing at all.
Ending: TypeAlias = R | Exception | Literal[Unending.NEVER_ENDS]


@contextmanager
def altered_numbers(registry: Registry, variables: Mapping[str, str]) -> Iterator[None]:
    """The tasks as these TASK_* variables make them. Raises ValueError for one that says nothing,
    and ConfigurationError for what cannot be.
    """
    meant = [
        task
        for task in registry.values()
        if any(name.startswith(f"TASK_{task.name.upper()}__") for name in variables)
    ]
    overridden = override_tasks(meant, [("the test", variables)])
    if unheard := sorted(set(variables) - set(overridden.given)):
        message = f"no task has {', '.join(unheard)}; `tasks --explain NAME` lists those there are"
        raise ValueError(message)
    with ExitStack() as stack:
        for name, other in overridden.tasks.items():
            stack.enter_context(_altered(registry[name], other))
        yield


@contextmanager
def replaced_body(
    task: Task[Any, R], endings: tuple[Ending[R], ...]
) -> Iterator[list[TaskContext]]:
    """The task with a body whose calls come to ``endings`` in turn, the last one for ever after.

    Gives the contexts of the calls so far. Raises ValueError for what cannot be replaced.
    """
    if not endings:
        message = f"nothing is said of what the body of '{task.name}' comes to; give one ending"
        raise ValueError(message)
    if task.kind is TaskKind.SYNC and NEVER_ENDS in endings:
        message = (
            f"'{task.name}' is a `def`, whose limits need a process of its own; here it would hang"
        )
        raise ValueError(message)
    calls: list[TaskContext] = []

    def ending(context: TaskContext) -> Ending[R]:
        calls.append(context)
        return endings[min(len(calls), len(endings)) - 1]

    with _altered(task, replace(task, function=_body_of(task.kind, ending))):
        yield calls


def _body_of(
    kind: TaskKind, ending_of: Callable[[TaskContext], Ending[R]]
) -> Callable[[Any, TaskContext], Any]:
    def body(_: Any, context: TaskContext) -> object:
        ending = ending_of(context)
        if isinstance(ending, Exception):
            # Raised again and again, it would carry the story of every time before.
            raise ending.with_traceback(None)
        return ending

    async def body_on_loop(args: Any, context: TaskContext) -> object:
        ending = body(args, context)
        if ending is NEVER_ENDS:
            await asyncio.Event().wait()
        return ending

    return body_on_loop if kind is TaskKind.ASYNC else body


@contextmanager
def _altered(task: Task[Any, Any], other: Task[Any, Any]) -> Iterator[None]:
    before = replace(task)
    _become(task, other)
    try:
        yield
    finally:
        _become(task, before)


def _become(task: Task[Any, Any], other: Task[Any, Any]) -> None:
    # Frozen for everybody else: nothing but a test changes a task.
    for each in fields(task):
        object.__setattr__(task, each.name, getattr(other, each.name))
