"""The recipe of a task: its module, its test, and the note that lets gen find both again."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ..fields import FieldSpec, literals, parse_fields
from ..formatting import formatted
from ..item import note_drafts
from ..names import check_task_name
from ..plan import Draft, Plan, compare
from ..project import Project
from .placed import with_place_to_write
from .recipe import Recipe
from .task_checks import check_free, check_marks, check_schedule
from .task_options import OPTIONS, TaskOptions, add_arguments, read_options
from .task_text import task_drafts

KIND: Final = "task"
DEFAULT_RETENTION: Final = literals.read_duration("24h")


def plan(project: Project, given: Namespace) -> Plan:
    """The plan of ``gen task NAME FIELD...``; nothing is written."""
    name: str = given.name
    check_task_name(name, project.package)
    args, result = parse_fields(given.fields), parse_fields(given.result)
    check_marks(args, result)
    options = read_options(given)
    check_schedule(args, options)
    check_free(project, name, options)

    files, notes, notices = drafts(project, given)
    module, test = files
    return Plan(
        title=f"task {name} (queue {options.queue})",
        # The module comes last: discovery sees a task once all that belongs to it is there.
        steps=compare(project, [*notes, test, module]),
        notices=notices,
        next_commands=(f"uv run pytest {test.path}",),
    )


def drafts(project: Project, given: Namespace) -> tuple[list[Draft], list[Draft], tuple[str, ...]]:
    """Module and test, the notes on them, and what hindered the formatter."""
    name: str = given.name
    args, result = parse_fields(given.fields), parse_fields(given.result)
    options = _with_retention(read_options(given), args)
    written, notices = formatted(project, task_drafts(project, name, args, result, options))
    files = [with_place_to_write(draft) for draft in written]
    specs = {"fields": given.fields, "result": given.result}
    chosen = {option: getattr(given, option) for option in OPTIONS}
    notes = note_drafts(project, KIND, name, specs=specs, options=chosen, files=files)
    return files, notes, notices


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a verb first, such as send_invoice")
    add_fields(parser)
    add_options(parser)


def add_fields(parser: ArgumentParser) -> None:
    """The fields of its input."""
    parser.add_argument(
        "fields",
        nargs="*",
        # Without it, argparse tells who forgot NAME that FIELD is required as well.
        default=[],
        metavar="FIELD",
        help="name[:type[:modifier...]], a field of its input",
    )


def add_options(parser: ArgumentParser, *, scheduled: bool = False) -> None:
    """Its result, where it runs, and its policies."""
    parser.add_argument(
        "--result", nargs="+", default=[], metavar="FIELD", help="fields of its result"
    )
    add_arguments(parser, scheduled=scheduled)


RECIPE: Final = Recipe(add_arguments=_arguments, plan=plan, drafts=drafts)


def _with_retention(options: TaskOptions, args: Iterable[FieldSpec]) -> TaskOptions:
    if options.idempotent is None and any(field.idem for field in args):
        return replace(options, idempotent=DEFAULT_RETENTION)
    return options
