"""The recipe of a poller: a scheduled task that looks at a source outside, and the event of a finding."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from ..errors import UsageRefused
from ..fields import FieldSpec, Import, parse_fields
from ..inventory import KnownEvent, known_events
from ..item import Item, known_specs
from ..item_paths import item_path
from ..models import ServiceModels
from ..names import check_item_name, class_name, in_words
from ..plan import Draft
from ..project import Project
from ..render import import_block, render
from ..sources import add_source
from . import event, task
from .models import given, models_in, value_imports
from .own_imports import with_own_imports
from .poller_reasons import poller_reasons
from .poller_turns import read_turns
from .recipe import Recipe, Texts
from .task_checks import check_marks
from .task_options import read_about

KIND: Final = "poller"
_FALLBACKS: Final = ("last_good", "none")
_CHASSIS_CLASSES: Final = ("TaskArgs", "TaskContext", "TaskResult")


def check(project: Project, asked: Namespace) -> None:
    """Refuse what its task or its event could not be."""
    check_item_name(KIND, asked.name, project.package)
    if asked.name.startswith("poll_"):
        raise UsageRefused(
            f"{asked.name!r} would make the task 'poll_{asked.name}'",
            f"name the source: {asked.name.removeprefix('poll_')!r}",
            argument=asked.name,
            column=0,
        )
    read_turns(asked)
    task.check(project, _as_task(asked))
    known = _known_event(project, asked)
    _check_finding(asked, _fields(project, asked, known) or ())
    if known is None:
        event.check(project, _as_event(asked))
    elif asked.fields:
        raise UsageRefused(
            f"the event {known.name!r} is there already, with fields of its own",
            "leave the fields out, or name another --event",
            argument=asked.fields[0],
            column=0,
        )


def make(project: Project, asked: Namespace) -> Texts:
    """Its module, test and page, and those of its event where that is not there yet."""
    known = _known_event(project, asked)
    new = () if known else event.make(project, _as_event(asked)).files
    name = f"poll_{asked.name}"
    module, test = project.tasks / f"{name}.py", project.task_tests / f"test_{name}.py"
    values = {**_values(project, asked, known), "module": module, "test": test}
    module_draft = Draft(module, render("poller/poller.py.jinja", values))
    test_draft = Draft(test, render("poller/test.py.jinja", values))
    named = [*models_in(_fields(project, asked, known) or (), written=True)]
    return Texts(
        title=f"poller {asked.name} (task {name}, event {_event_name(asked)})",
        files=(
            with_own_imports(project, module_draft, named),
            with_own_imports(project, test_draft, named),
            Draft(project.task_pages / f"{name}.md", render("poller/page.md.jinja", values)),
            *new,
        ),
        specs={"fields": asked.fields},
        options={
            "every": asked.every,
            "event": asked.event,
            "fallback": None if asked.fallback == _FALLBACKS[0] else asked.fallback,
            "timeout": asked.timeout,
            "about": asked.about,
        },
    )


def _values(project: Project, asked: Namespace, known: KnownEvent | None) -> dict[str, object]:
    name = f"poll_{asked.name}"
    event_name = _event_name(asked)
    fields = _fields(project, asked, known)
    wanted = [] if fields is None else list(value_imports(each for each in fields if each.required))
    turns = read_turns(asked)
    return {
        "task": name,
        "words": in_words(name),
        "about": read_about(asked.about),
        "package": project.package,
        "class_name": class_name(name),
        "event_class": known.class_name if known else class_name(event_name),
        "event_module": _module(project, known) if known else event_name,
        "sample": None if fields is None else given(fields),
        "module_imports": import_block((Import("datetime"), Import("hashlib", "sha256"), *wanted)),
        "test_imports": import_block((Import("asyncio"), Import("pytest"), *wanted)),
        "fallback": asked.fallback,
        "event": event_name,
        # Of an event that was written by hand, gen has made no page.
        "event_place": f"../../{project.path_of(known.path)}"
        if known and fields is None
        else f"../events/{event_name}.md",
        "reasons": poller_reasons(name, turns, answers=asked.fallback != "none"),
        **turns._asdict(),
    }


def _fields(
    project: Project, asked: Namespace, known: KnownEvent | None
) -> tuple[FieldSpec, ...] | None:
    """The fields of a finding; None of an event that was written by hand, of which gen knows none."""
    if known is None:
        module = project.events / f"{_event_name(asked)}.py"
        return parse_fields(asked.fields, ServiceModels(project, module))
    specs = known_specs(project, event.KIND, known.name)
    if specs is None:
        return None
    return parse_fields(specs["fields"], ServiceModels(project, project.path_of(known.path)))


def _event_name(asked: Namespace) -> str:
    return asked.event or f"{asked.name}_found"


def _known_event(project: Project, asked: Namespace) -> KnownEvent | None:
    """The event where somebody else has made it; None where it is, or will be, this poller's own."""
    name = _event_name(asked)
    note = project.root / item_path(project, KIND, asked.name)
    own = set(Item.read(note).files) if note.is_file() else set()
    for known in known_events(project.root / project.events, mentioning=name):
        path = PurePosixPath(known.path.relative_to(project.root).as_posix())
        if known.name == name and path not in own:
            return known
    return None


def _module(project: Project, known: KnownEvent) -> str:
    return ".".join(known.path.relative_to(project.root / project.events).with_suffix("").parts)


def _as_task(asked: Namespace) -> Namespace:
    """Its task as `gen task` would be asked for it."""
    parser = ArgumentParser()
    task.RECIPE.add_arguments(parser)
    return parser.parse_args([f"poll_{asked.name}", "--schedule", asked.every])


def _as_event(asked: Namespace) -> Namespace:
    """Its event as `gen event` would be asked for it."""
    about = f"A finding of {asked.name}"
    return Namespace(name=_event_name(asked), fields=asked.fields, about=about, broadcast=False)


def _check_finding(asked: Namespace, fields: Sequence[FieldSpec]) -> None:
    check_marks((), fields)
    for field in fields:
        if field.kind.name.startswith("set."):
            raise UsageRefused(
                f"{field.name!r} is a set, which has no order, and a finding is known again by its text",
                f"make it a list: {field.name}:list.{field.kind.name.removeprefix('set.')}",
                argument=field.spec,
                column=0,
            )
    if class_name(_event_name(asked)) in {
        *_CHASSIS_CLASSES,
        *(f"{class_name(f'poll_{asked.name}')}{model}" for model in ("Args", "Result")),
    }:
        raise UsageRefused(
            f"the event {_event_name(asked)!r} would have the name of another class of its poller",
            f"for example --event {asked.name}_found",
        )


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the source, such as fx_rates")
    parser.add_argument(
        "fields", nargs="*", default=[], metavar="FIELD", help="as of gen task, of what it finds"
    )
    add_source(parser, "fields", "more of them")
    parser.add_argument(
        "--every", required=True, metavar="DURATION", help="how often it looks, such as 30s"
    )
    parser.add_argument(
        "--event", metavar="EVENT", help="what a finding is published as; default: NAME_found"
    )
    parser.add_argument(
        "--fallback",
        default=_FALLBACKS[0],
        choices=_FALLBACKS,
        metavar="WORD",
        help="last_good answers while the source fails (as without), none fails",
    )
    parser.add_argument("--timeout", metavar="SECONDS", help="limit of one attempt to fetch")
    parser.add_argument("--about", default="", metavar="TEXT", help="what it does, one sentence")


RECIPE: Final = Recipe(KIND, _arguments, check, make)
