"""What gen can make: one module per kind, imported only when asked for."""

from importlib import import_module
from typing import Final

from .recipe import Recipe

# Kind to what it is for, as `gen --help` lists it.
SUMMARIES: Final = {
    "task": "a typed task with its test and a page",
    "schedule": "a task that the scheduler submits",
    "event": "an event with its first handler, their test and a page",
    "listener": "one more handler of an event, in a module of its own",
    "poller": "a scheduled task that looks at a source outside, and the event of what it finds",
    "endpoint": "a route of your own that submits a task",
}

__all__ = ["SUMMARIES", "Recipe", "recipe_for"]


def recipe_for(kind: str) -> Recipe:
    """The recipe of a kind listed in ``SUMMARIES``."""
    recipe: Recipe = import_module(f".{kind}", __name__).RECIPE
    return recipe
