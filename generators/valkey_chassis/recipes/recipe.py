"""What every kind of item offers: its arguments, and the plan that they make."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from ..plan import Plan
from ..project import Project


@dataclass(frozen=True, slots=True)
class Recipe:
    """One kind of item. ``plan`` reads the service and writes nothing."""

    add_arguments: Callable[[ArgumentParser], None]
    plan: Callable[[Project, Namespace], Plan]
