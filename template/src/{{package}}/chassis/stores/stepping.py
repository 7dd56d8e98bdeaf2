"""Takes steps that are written once, as a generator, from sync or from async code.

A generator yields what it asks for and is sent the answer, or is thrown the error.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

E = TypeVar("E")
T = TypeVar("T")


def take(steps: Generator[E, Any, T], answer: Callable[[E], Any]) -> T:
    """Take all steps and return what they return. Raises what they raise."""
    try:
        asked = next(steps)
        while True:
            try:
                found = answer(asked)
            except BaseException as error:  # noqa: BLE001 - the steps decide what it means
                asked = steps.throw(error)
            else:
                asked = steps.send(found)
    except StopIteration as end:
        returned: T = end.value
        return returned


async def take_async(steps: Generator[E, Any, T], answer: Callable[[E], Awaitable[Any]]) -> T:
    """The same on an event loop."""
    try:
        asked = next(steps)
        while True:
            try:
                found = await answer(asked)
            except BaseException as error:  # noqa: BLE001 - the steps decide what it means
                asked = steps.throw(error)
            else:
                asked = steps.send(found)
    except StopIteration as end:
        returned: T = end.value
        return returned
