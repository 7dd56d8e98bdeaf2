"""The recipe of an endpoint: a route of the team's own that submits a task."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Final

from ..errors import UsageRefused
from ..fields import FieldSpec, parse_fields
from ..inventory import KnownTask, known_tasks
from ..item import known_options, known_specs
from ..models import ServiceModels
from ..names import check_item_name, class_name, did_you_mean, in_words
from ..plan import Draft
from ..project import Project
from ..render import import_block, render
from .models import given, models_in, value_imports
from .own_imports import with_own_imports
from .recipe import Recipe, Texts
from .task_cases import caller_keywords, grant_for
from .task_checks import check_module_is_free
from .task_options import read_about

KIND: Final = "endpoint"


def check(project: Project, asked: Namespace) -> None:
    """Refuse a name that is taken, or that its own module needs."""
    _check_name(project, asked.name)
    _check_own_name(project, asked)


def make(project: Project, asked: Namespace) -> Texts:
    """Its module and test. Raises UsageRefused when there is no such task."""
    name: str = asked.name
    task = _task(project, asked.task)
    specs = known_specs(project, "task", asked.task)
    fields = None if specs is None else _fields(project, task, specs["fields"])
    chosen = known_options(project, "task", asked.task)
    values = {
        "name": name,
        "words": in_words(name),
        "about": read_about(asked.about),
        "package": project.package,
        "path": _path(name),
        "task": asked.task,
        "function": task.function,
        "args_model": task.args_model or f"{class_name(asked.task)}Args",
        "task_module": ".".join(
            task.path.relative_to(project.root / project.tasks).with_suffix("").parts
        ),
        "sample": None if fields is None else given(fields),
        "caller": caller_keywords(
            {
                kind: str(names).split(",")
                for kind in ("roles", "scopes")
                if (names := chosen.get(kind))
            }
        ),
        "grant": grant_for(str(chosen.get("credit_type") or asked.task), chosen.get("credits")),
        "test_imports": import_block(value_imports(each for each in fields or () if each.required)),
    }
    module, test = project.endpoints / f"{name}.py", project.endpoint_tests / f"test_{name}.py"
    test_draft = Draft(test, render("endpoint/test.py.jinja", values))
    return Texts(
        title=f"endpoint {name} (POST /{_path(name)} submits {asked.task})",
        files=(
            Draft(module, render("endpoint/endpoint.py.jinja", values)),
            with_own_imports(project, test_draft, models_in(fields or (), written=True)),
        ),
        options={"task": asked.task, "about": asked.about},
    )


def _check_name(project: Project, name: str) -> None:
    check_item_name(KIND, name, project.package)
    check_module_is_free(project, project.endpoints, name)


def _fields(project: Project, task: KnownTask, specs: Sequence[str]) -> tuple[FieldSpec, ...]:
    return parse_fields(specs, ServiceModels(project, project.path_of(task.path)))


def _check_own_name(project: Project, asked: Namespace) -> None:
    # Its module imports both, and one would hide the other.
    if asked.name in {"accepted_response", _task(project, asked.task).function}:
        raise UsageRefused(
            f"{asked.name!r} cannot name an endpoint that submits {asked.task!r}: its module "
            "imports that name",
            f"for example 'shop_{asked.name}'",
            argument=asked.name,
            column=0,
        )


def _path(name: str) -> str:
    return name.replace("_", "-")


def _task(project: Project, name: str) -> KnownTask:
    folder = project.root / project.tasks
    known = {task.name: task for task in known_tasks(folder, mentioning=["task"])}
    if name not in known:
        listed = ", ".join(sorted(known)) or "none yet: gen task makes one"
        hint = did_you_mean(name, known)
        raise UsageRefused(f"there is no task {name!r}", f"{hint or 'tasks'}: {listed}")
    return known[name]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what it is about, such as invoices")
    parser.add_argument("--task", required=True, metavar="TASK", help="the task that it submits")
    parser.add_argument("--about", default="", metavar="TEXT", help="what it does, one sentence")


RECIPE: Final = Recipe(KIND, _arguments, check, make, {"name": _check_name, "task": _task})
