"""The recipe of a scheduled task: a task whose schedule is asked for first."""

from argparse import ArgumentParser
from typing import Final

from . import task
from .recipe import Recipe
from .task_schedule import read_schedule


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a verb first, such as close_books")
    parser.add_argument("schedule", metavar="WHEN", help="each 30m, or '0 3 * * *' (cron)")
    task.add_fields(parser)
    task.add_options(parser, scheduled=True)


# Its item is that of the task that it makes: shown, upgraded and destroyed as a task.
RECIPE: Final = Recipe(
    task.KIND,
    _arguments,
    task.check,
    task.make,
    {"name": task.check_name, "schedule": lambda _, when: read_schedule(when, None)},
    task.notices,
)
