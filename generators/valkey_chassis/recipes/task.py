"""The recipe of a task: its module, its test, its page, and the note that lets gen find both again."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..fields import FieldSpec, literals, parse_fields
from ..models import ServiceModels
from ..names import check_task_name
from ..project import Project
from ..sources import add_source
from .recipe import Recipe, Texts
from .system_account import grant_notice
from .task_checks import check_marks, check_name_is_free, check_queue_fits, check_schedule
from .task_options import OPTIONS, TaskOptions, add_arguments, read_options
from .task_text import task_drafts

KIND: Final = "task"
DEFAULT_RETENTION: Final = literals.read_duration("24h")


def check(project: Project, given: Namespace) -> None:
    """Refuse a name, a mark or a queue that this service cannot take."""
    check_name(project, given.name)
    args, result = _fields(project, given)
    check_marks(args, result)
    options = read_options(given)
    check_schedule(args, options)
    check_queue_fits(project, given.name, options)


def check_name(project: Project, name: str) -> None:
    """Refuse a name that a task of this service cannot have."""
    check_task_name(name, project.package)
    check_name_is_free(project, name)


def make(project: Project, given: Namespace) -> Texts:
    """Its module, test and page."""
    name: str = given.name
    args, result = _fields(project, given)
    options = _with_retention(read_options(given), args)
    return Texts(
        title=f"task {name} (queue {options.queue})",
        files=task_drafts(project, name, args, result, options),
        specs={"fields": given.fields, "result": given.result},
        options={option: getattr(given, option) for option in OPTIONS},
    )


def notices(project: Project, given: Namespace) -> Iterable[str]:
    """What it needs before it can run as it was asked for, and what may keep it from that."""
    options = read_options(given)
    args, _ = _fields(project, given)
    found = grant_notice(project, given.name, options), _slots_notice(args, options)
    return [each for each in found if each]


def _slots_notice(args: Sequence[FieldSpec], options: TaskOptions) -> str:
    answers = [
        *(["--cache"] if options.cache else []),
        *(["its idempotency key"] if any(field.idem for field in args) else []),
    ]
    if not options.schedule or not answers:
        return ""
    return (
        f"a schedule submits the same arguments each time, so {' and '.join(answers)} may answer "
        "its slots without a run; keep that shorter than a slot, or leave it out"
    )


def _fields(
    project: Project, given: Namespace
) -> tuple[tuple[FieldSpec, ...], tuple[FieldSpec, ...]]:
    models = ServiceModels(project, project.tasks / f"{given.name}.py")
    return parse_fields(given.fields, models), parse_fields(given.result, models)


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
    add_source(parser, "fields", "more of them")


def add_options(parser: ArgumentParser, *, scheduled: bool = False) -> None:
    """Its result, where it runs, and its policies."""
    parser.add_argument(
        "--result", nargs="+", default=[], metavar="FIELD", help="fields of its result"
    )
    add_source(parser, "result", "the same")
    add_arguments(parser, scheduled=scheduled)


RECIPE: Final = Recipe(KIND, _arguments, check, make, {"name": check_name}, notices)


def _with_retention(options: TaskOptions, args: Iterable[FieldSpec]) -> TaskOptions:
    if options.idempotent is None and any(field.idem for field in args):
        return replace(options, idempotent=DEFAULT_RETENTION)
    return options
