"""`@guarded`: policies around a plain function or an endpoint, without a queue."""

import asyncio
import functools
import inspect
import time
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar, cast, overload

from ..contracts import Policy, PolicyConflict, Task
from ..stores import Call, take, take_async
from .earlier_calls import Effect, Pause
from .guard import Guard, compile_guard
from .guards import require_guards
from .io_task_config import ValkeyIOTaskConfig
from .policy import COLLECTED, GUARD, collected
from .surroundings import Surroundings
from .usage import counting, counting_anew

P = ParamSpec("P")
R = TypeVar("R")


@overload
def guarded(
    function: Callable[P, R],
    *,
    config: ValkeyIOTaskConfig | None = None,
    name: str | None = None,
    ignore: tuple[str, ...] = (),
) -> Callable[P, R]: ...


@overload
def guarded(
    *,
    config: ValkeyIOTaskConfig | None = None,
    name: str | None = None,
    ignore: tuple[str, ...] = (),
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def guarded(
    function: Callable[P, R] | None = None,
    *,
    config: ValkeyIOTaskConfig | None = None,
    name: str | None = None,
    ignore: tuple[str, ...] = (),
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """A function of the same signature that runs under the policies below it and those of ``config``.

    ``name`` is what it is called in keys, metrics and errors: by default its module and qualified
    name, so that moving it starts its limits and keys anew. ``ignore`` names parameters that do
    not tell one call from another, such as a database session. Raises PolicyConflict when the
    policies do not fit together, or need more of the signature than it says.
    """
    policies = config.policies() if config else ()
    name = name or (config.name if config else None)
    if function is None:
        return functools.partial(guard_with, policies=policies, name=name, ignore=ignore)
    return guard_with(function, policies, name=name, ignore=ignore)


def guard_with(
    function: Callable[P, R],
    policies: Sequence[Policy] = (),
    *,
    name: str | None = None,
    ignore: tuple[str, ...] = (),
) -> Callable[P, R]:
    """Put a function under these policies and those noted on it. Raises PolicyConflict."""
    _refuse(function)
    guard = compile_guard(function, (*collected(function), *policies), name=name, ignore=ignore)
    is_async = inspect.iscoroutinefunction(function)
    around = _around_async(function, guard) if is_async else _around_sync(function, guard)
    wrapper = functools.wraps(function)(around)
    # They act here; a decorator above would take them for its own.
    vars(wrapper).pop(COLLECTED, None)
    setattr(wrapper, GUARD, guard)
    return cast("Callable[P, R]", wrapper)


def _refuse(function: object) -> None:
    if isinstance(function, Task):
        message = (
            f"'{function.name}' is a task, whose policies act when it is submitted; drop @guarded"
        )
        raise PolicyConflict(message)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        message = (
            f"'{function.__qualname__}' is a generator, which ends long after it was called; guard "
            f"a function that returns"
        )
        raise PolicyConflict(message)


def _around_async(function: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
    pipeline = guard.pipeline

    async def awaited(*args: Any, **kwargs: Any) -> Any:
        guard.permit()
        # A body takes the number of the attempt, which is nothing to a plain function.
        body = lambda _: function(*args, **kwargs)  # noqa: E731
        if not guard.asks_store:
            return await pipeline.run_async(body, guard.surroundings(args, kwargs))
        guards = require_guards(guard.name)

        async def answer(effect: Effect) -> Any:
            match effect:
                case Surroundings():
                    return await pipeline.run_async(attempt, effect)
                case Pause():
                    return await asyncio.sleep(effect.seconds)
                case Call():
                    return await guards.async_store.run(effect)
                case calls:
                    return await guards.async_store.run_many(calls)

        call = guard.call(args, kwargs, guards)
        attempt = counting_anew(call.used, body)
        with counting(call.used):
            return await take_async(call.steps(), answer)

    return awaited


def _around_sync(function: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
    pipeline = guard.pipeline

    def called(*args: Any, **kwargs: Any) -> Any:
        guard.permit()
        body = lambda _: function(*args, **kwargs)  # noqa: E731 - as above
        if not guard.asks_store:
            return pipeline.run_sync(body, guard.surroundings(args, kwargs))
        guards = require_guards(guard.name)

        def answer(effect: Effect) -> Any:
            match effect:
                case Surroundings():
                    return pipeline.run_sync(attempt, effect)
                case Pause():
                    return time.sleep(effect.seconds)
                case Call():
                    return guards.store.run(effect)
                case calls:
                    return guards.store.run_many(calls)

        call = guard.call(args, kwargs, guards)
        attempt = counting_anew(call.used, body)
        with counting(call.used):
            return take(call.steps(), answer)

    return called
