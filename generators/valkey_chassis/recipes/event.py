"""The recipe of an event: its model with a first handler, their test, and the notes on both."""

from argparse import ArgumentParser, Namespace
from typing import Final

from ..errors import Taken
from ..fields import FieldSpec, Import, parse_fields
from ..inventory import known_events
from ..models import ServiceModels
from ..names import check_item_name, class_name, in_words
from ..plan import Draft
from ..project import Project
from ..render import import_block, render
from ..sources import add_source
from .handler_names import check_handler_is_free
from .models import (
    annotation_imports,
    chassis_types,
    given,
    models_in,
    value_imports,
    wrong_inputs,
)
from .own_imports import with_own_imports
from .pages import field_rows, json_sample
from .recipe import Recipe, Texts
from .task_checks import check_module_is_free, refuse_marks
from .task_options import read_about

KIND: Final = "event"


def check(project: Project, asked: Namespace) -> None:
    """Refuse a name that is taken, and marks of keys."""
    _check_name(project, asked.name)
    refuse_marks(_fields(project, asked), "an event makes no key")


def make(project: Project, asked: Namespace) -> Texts:
    """Its module, with a first handler, their test and a page."""
    name: str = asked.name
    fields = _fields(project, asked)
    module, test = project.events / f"{name}.py", project.event_tests / f"test_{name}.py"
    values = {**_values(project, asked, fields), "module": module, "test": test}
    module_draft = Draft(module, render("event/event.py.jinja", values))
    test_draft = Draft(test, render("event/test.py.jinja", values))
    return Texts(
        title=f"event {name} ({'broadcast' if asked.broadcast else 'durable'})",
        files=(
            with_own_imports(project, module_draft, models_in(fields, written=False)),
            with_own_imports(project, test_draft, models_in(fields, written=True)),
            Draft(project.event_pages / f"{name}.md", render("event/page.md.jinja", values)),
        ),
        specs={"fields": asked.fields},
        options={"about": asked.about, "broadcast": asked.broadcast},
    )


def _fields(project: Project, asked: Namespace) -> tuple[FieldSpec, ...]:
    return parse_fields(asked.fields, ServiceModels(project, project.events / f"{asked.name}.py"))


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
        "rows": field_rows(fields),
        "sample": json_sample(fields),
        "broadcast": asked.broadcast,
        "wrong_inputs": wrong,
        "module_imports": import_block(annotation_imports(fields)),
        "chassis_names": ", ".join([*sorted(chassis), "get_secure_logger", "on"]),
        "test_imports": import_block((*tools, *value_imports(fields))),
    }


def _check_name(project: Project, name: str) -> None:
    check_item_name(KIND, name, project.package)
    check_module_is_free(project, project.events, name)
    own = project.root / project.events / f"{name}.py"
    for other in known_events(project.root / project.events, mentioning=name):
        if other.name == name and other.path != own:
            raise Taken(
                f"the event {name!r} is defined already, in "
                f"{other.path.relative_to(project.root)}:{other.line}",
                "choose another name",
            )
    # The one that it comes with.
    check_handler_is_free(project, f"note_{name}", project.events / f"{name}.py")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a fact, past tense, such as order_paid")
    parser.add_argument("fields", nargs="*", default=[], metavar="FIELD", help="as of gen task")
    add_source(parser, "fields", "more of them")
    parser.add_argument("--about", default="", metavar="TEXT", help="what it says, one sentence")
    parser.add_argument(
        "--broadcast", action="store_true", help="best effort, to whoever listens at that moment"
    )


RECIPE: Final = Recipe(KIND, _arguments, check, make, {"name": _check_name})
