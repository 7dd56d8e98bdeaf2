"""The always-on stages of the pipeline, as decorators for plain functions and methods."""

import functools
import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ParamSpec, TypeVar, cast

from .logs import get_secure_logger
from .redaction import describe_error
from .tracing import PassThroughTracing, Tracing

P = ParamSpec("P")
R = TypeVar("R")

_log = get_secure_logger(__name__)
_tracing: Tracing = PassThroughTracing()


def use_tracing(tracing: Tracing) -> None:
    """Let ``trace_function`` make its spans here from now on; the composition root calls this."""
    global _tracing  # noqa: PLW0603 - decorated functions exist before any tracing does
    _tracing = tracing


def trace_function(function: Callable[P, R]) -> Callable[P, R]:
    """A span around each call, named after the function."""
    return _around(function, lambda: _tracing.span(function.__qualname__, "internal"))


def track_errors(function: Callable[P, R]) -> Callable[P, R]:
    """Log each error that leaves the function, once and redacted, and let it go on."""
    return _around(function, lambda: _tracked(function.__qualname__))


def measure_performance(threshold: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Log a warning for each call that takes longer than ``threshold`` seconds."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        return _around(function, lambda: _measured(function.__qualname__, threshold))

    return decorate


@contextmanager
def _tracked(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        _log.error("function failed", function=name, error=describe_error(error))
        raise


@contextmanager
def _measured(name: str, threshold: float) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - started
        if seconds > threshold:
            _log.warning(
                "function slow", function=name, seconds=round(seconds, 6), threshold=threshold
            )


def _around(
    function: Callable[P, R], stage: Callable[[], AbstractContextManager[object]]
) -> Callable[P, R]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        # What it awaits to is the function's own business, so Any goes in and out unseen.
        async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
            with stage():
                return await function(*args, **kwargs)

        return cast("Callable[P, R]", awaited)

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        with stage():
            return function(*args, **kwargs)

    return called
