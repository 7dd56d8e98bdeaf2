"""The recipe of a listener: one more handler of an event, in a module of its own."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import Final

from ..errors import UsageRefused
from ..fields import FieldSpec, Import, parse_fields
from ..inventory import KnownEvent, known_events
from ..item import known_options, known_specs
from ..models import ServiceModels
from ..names import check_item_name, did_you_mean, in_words
from ..plan import Draft
from ..project import Project
from ..render import import_block, render
from .handler_names import check_handler_is_free
from .models import given, models_in, value_imports
from .own_imports import with_own_imports
from .recipe import Recipe, Texts
from .task_checks import check_module_is_free
from .task_options import read_about

KIND: Final = "listener"


def check(project: Project, asked: Namespace) -> None:
    """Refuse a name that is taken."""
    _check_name(project, asked.name)


def make(project: Project, asked: Namespace) -> Texts:
    """Its module and test. Raises UsageRefused when there is no such event."""
    name: str = asked.name
    event = _event(project, asked.on)
    specs = known_specs(project, "event", asked.on)
    fields = None if specs is None else _fields(project, event, specs["fields"])
    broadcast = bool(known_options(project, "event", asked.on).get("broadcast"))
    values = {
        "name": name,
        "words": in_words(name),
        "about": read_about(asked.about),
        "package": project.package,
        "event": event.name,
        "event_class": event.class_name,
        "event_module": _module(project, event),
        "broadcast": broadcast,
        # An event that was written by hand has fields of which gen knows no sample.
        "sample": None if fields is None else given(fields),
        "test_imports": import_block(value_imports(fields or ())),
        "event_imports": import_block(_event_imports(project, event, name, broadcast=broadcast)),
    }
    module, test = project.events / f"{name}.py", project.event_tests / f"test_{name}.py"
    test_draft = Draft(test, render("listener/test.py.jinja", values))
    return Texts(
        title=f"listener {name} (on {event.name})",
        files=(
            Draft(module, render("listener/listener.py.jinja", values)),
            with_own_imports(project, test_draft, models_in(fields or (), written=True)),
        ),
        options={"on": asked.on, "about": asked.about},
    )


def _module(project: Project, event: KnownEvent) -> str:
    return ".".join(event.path.relative_to(project.root / project.events).with_suffix("").parts)


def _event_imports(
    project: Project, event: KnownEvent, handler: str, *, broadcast: bool
) -> Iterator[Import]:
    events = f"{project.package}.events"
    yield Import(f"{events}.{_module(project, event)}", event.class_name)
    if broadcast:
        # Nothing delivers it in a test, so its handler is called.
        yield Import(f"{events}.{handler}", handler)


def _check_name(project: Project, name: str) -> None:
    check_item_name(KIND, name, project.package)
    check_module_is_free(project, project.events, name)
    check_handler_is_free(project, name, project.events / f"{name}.py")


def _fields(project: Project, event: KnownEvent, specs: Sequence[str]) -> tuple[FieldSpec, ...]:
    return parse_fields(specs, ServiceModels(project, project.path_of(event.path)))


def _event(project: Project, name: str) -> KnownEvent:
    known = {event.name: event for event in known_events(project.root / project.events)}
    if name not in known:
        listed = ", ".join(sorted(known)) or "none yet: gen event makes one"
        hint = did_you_mean(name, known)
        raise UsageRefused(f"there is no event {name!r}", f"{hint or 'events'}: {listed}")
    return known[name]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a verb first, such as mark_order_paid")
    parser.add_argument("--on", required=True, metavar="EVENT", help="the event's name on the wire")
    parser.add_argument("--about", default="", metavar="TEXT", help="what it does, one sentence")


RECIPE: Final = Recipe(KIND, _arguments, check, make, {"name": _check_name, "on": _event})
