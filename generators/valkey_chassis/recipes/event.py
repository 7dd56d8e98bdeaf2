"""The recipe of an event: its model with a first handler, their test, and the notes on both."""

from argparse import ArgumentParser, Namespace
from typing import Final

from ..errors import Taken
from ..fields import FieldSpec, Import, parse_fields
from ..formatting import formatted
from ..inventory import known_events
from ..item import note_drafts
from ..names import check_item_name, class_name, in_words
from ..plan import Draft, Plan, compare
from ..project import Project
from ..render import import_block, render
from .models import annotation_imports, chassis_types, given, value_imports, wrong_inputs
from .placed import with_place_to_write
from .recipe import Recipe
from .task_checks import check_module_is_free, refuse_marks
from .task_options import read_about

KIND: Final = "event"


def plan(project: Project, asked: Namespace) -> Plan:
    """The plan of ``gen event NAME FIELD...``; nothing is written."""
    check_item_name("event", asked.name, project.package)
    refuse_marks(parse_fields(asked.fields), "an event makes no key")
    check_module_is_free(project, project.events, asked.name)
    _check_free(project, asked.name)
    files, notes, notices = drafts(project, asked)
    return Plan(
        title=f"event {asked.name} ({'broadcast' if asked.broadcast else 'durable'})",
        steps=compare(project, [*notes, files[1], files[0]]),
        notices=notices,
        next_commands=(f"uv run pytest {files[1].path}",),
    )


def drafts(project: Project, asked: Namespace) -> tuple[list[Draft], list[Draft], tuple[str, ...]]:
    """Module and test, the notes on them, and what hindered the formatter."""
    fields = parse_fields(asked.fields)
    values = _values(project, asked, fields)
    written, notices = formatted(
        project,
        [
            Draft(project.events / f"{asked.name}.py", render("event/event.py.jinja", values)),
            Draft(
                project.event_tests / f"test_{asked.name}.py", render("event/test.py.jinja", values)
            ),
        ],
    )
    files = [with_place_to_write(draft) for draft in written]
    notes = note_drafts(
        project,
        KIND,
        asked.name,
        specs={"fields": asked.fields},
        options={"about": asked.about, "broadcast": asked.broadcast},
        files=files,
    )
    return files, notes, notices


def _values(project: Project, asked: Namespace, fields: tuple[FieldSpec, ...]) -> dict[str, object]:
    wrong = wrong_inputs(fields, forbids_extra=False)
    tools = (Import("pytest"), Import("pydantic", "ValidationError")) if wrong else ()
    chassis = {"Event", "EventContext"} | chassis_types(fields)
    if asked.broadcast:
        chassis.add("Delivery")
    return {
        "name": asked.name,
        "class_name": class_name(asked.name),
        "words": in_words(asked.name),
        "about": read_about(asked.about),
        "package": project.package,
        "fields": fields,
        "given": given(fields),
        "broadcast": asked.broadcast,
        "wrong_inputs": wrong,
        "module_imports": import_block(annotation_imports(fields)),
        "chassis_names": ", ".join([*sorted(chassis), "get_secure_logger", "on"]),
        "test_imports": import_block((*tools, *value_imports(fields))),
    }


def _check_free(project: Project, name: str) -> None:
    own = project.root / project.events / f"{name}.py"
    for other in known_events(project.root / project.events, mentioning=name):
        if other.name == name and other.path != own:
            raise Taken(
                f"the event {name!r} is defined already, in "
                f"{other.path.relative_to(project.root)}:{other.line}",
                "choose another name",
            )


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a fact, past tense, such as order_paid")
    parser.add_argument("fields", nargs="*", default=[], metavar="FIELD", help="as of gen task")
    parser.add_argument("--about", default="", metavar="TEXT", help="what it says, one sentence")
    parser.add_argument(
        "--broadcast", action="store_true", help="best effort, to whoever listens at that moment"
    )


RECIPE: Final = Recipe(add_arguments=_arguments, plan=plan, drafts=drafts)
