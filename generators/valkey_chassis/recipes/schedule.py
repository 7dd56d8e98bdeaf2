"""The recipe of a scheduled task: a task whose schedule is asked for first."""

from argparse import ArgumentParser, Namespace
from typing import Final

from ..plan import Draft, Plan
from ..project import Project
from . import task
from .recipe import Recipe


def plan(project: Project, given: Namespace) -> Plan:
    """The plan of ``gen schedule NAME WHEN FIELD...``: that of the task."""
    return task.plan(project, given)


def drafts(project: Project, given: Namespace) -> tuple[list[Draft], list[Draft], tuple[str, ...]]:
    """The files of the task, and the notes on them."""
    return task.drafts(project, given)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a verb first, such as close_books")
    parser.add_argument("schedule", metavar="WHEN", help="each 30m, or '0 3 * * *' (cron)")
    task.add_fields(parser)
    task.add_options(parser, scheduled=True)


# Its item is that of the task that it makes: shown, upgraded and destroyed as a task.
RECIPE: Final = Recipe(add_arguments=_arguments, plan=plan, drafts=drafts)
