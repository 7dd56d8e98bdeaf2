"""What every kind of item offers: its arguments, and the plan that they make."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from ..plan import Draft, Plan
from ..project import Project


@dataclass(frozen=True, slots=True)
class Recipe:
    """One kind of item. ``plan`` reads the service and writes nothing.

    ``drafts`` are the files alone, and then the notes on them, as this release writes them.
    """

    add_arguments: Callable[[ArgumentParser], None]
    plan: Callable[[Project, Namespace], Plan]
    drafts: Callable[[Project, Namespace], tuple[list[Draft], list[Draft], tuple[str, ...]]]
