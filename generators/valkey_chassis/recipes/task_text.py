"""The texts of a task: what its two templates need to know, computed from fields and options."""

from collections.abc import Iterator
from typing import Final

from ..fields import FACE, FieldSpec, Import, Value
from ..names import class_name, in_words
from ..plan import Draft
from ..project import Project
from ..render import import_block, render
from .task_options import PolicyLine, TaskOptions

# The `service` fixture of the chassis grants so many of each type.
CREDITS_OF_A_TEST: Final = 1_000


def task_drafts(
    project: Project,
    name: str,
    args: tuple[FieldSpec, ...],
    result: tuple[FieldSpec, ...],
    options: TaskOptions,
) -> list[Draft]:
    """The module and its test, not formatted yet."""
    policies = list(options.policies(name, tuple(field.name for field in args if field.idem)))
    values = {
        "name": name,
        "class_name": class_name(name),
        "words": in_words(name),
        "package": project.package,
        "args": args,
        "result": result,
        "answers": [f"{field.name}={_answer(field, args)}" for field in result],
        "given": [f"{field.name}={field.sample_source}" for field in args if field.required],
        "required": [f'"{field.name}"' for field in args if field.required],
        "options": options,
        "policies": policies,
        "grant": _grant(name, options),
        "policy_names": sorted(f'"{policy.name}"' for policy in policies),
        "module_imports": import_block(_module_imports(args, result, policies)),
        "chassis_names": ", ".join(_chassis_names(args, options, policies)),
        "test_imports": import_block(_test_imports(args)),
        "wrong_inputs": list(_wrong_inputs(args)),
    }
    module = Draft(project.tasks / f"{name}.py", render("task/task.py.jinja", values))
    test = Draft(project.task_tests / f"test_{name}.py", render("task/test.py.jinja", values))
    return [module, test]


def _grant(name: str, options: TaskOptions) -> str:
    """What a test needs to say first when one execution costs more than the test's user has."""
    if options.credits is None or options.credits <= CREDITS_OF_A_TEST:
        return ""
    return f'service.grant("{name}", {options.credits})'


def _answer(field: FieldSpec, args: tuple[FieldSpec, ...]) -> str:
    """What the placeholder answers: the argument of the same name and type, else a sample."""
    echoed = field.kind.echoes and any(
        (arg.name, arg.annotation, arg.constraints)
        == (field.name, field.annotation, field.constraints)
        for arg in args
    )
    return f"args.{field.name}" if echoed else field.sample_source


def _module_imports(
    args: tuple[FieldSpec, ...], result: tuple[FieldSpec, ...], policies: list[PolicyLine]
) -> Iterator[Import]:
    for field in (*args, *result):
        yield from (each for each in field.model_imports if each.module != FACE)
    for field in result:
        if not _answer(field, args).startswith("args."):
            yield from field.kind.value_imports
    if any("dt." in policy.decorator for policy in policies):
        yield Import("datetime")


def _chassis_names(
    args: tuple[FieldSpec, ...], options: TaskOptions, policies: list[PolicyLine]
) -> list[str]:
    classes = {"TaskArgs", "TaskContext", "TaskResult"}
    classes |= {each.name for field in args for each in field.model_imports if each.module == FACE}
    if options.priority != "normal":
        classes.add("Priority")
    return [*sorted(classes), *sorted({"task", *(policy.name for policy in policies)})]


def _test_imports(args: tuple[FieldSpec, ...]) -> Iterator[Import]:
    yield from (Import("pytest"), Import("pydantic", "ValidationError"))
    for field in args:
        if field.required or _edges(field):
            yield from field.kind.value_imports


def _wrong_inputs(args: tuple[FieldSpec, ...]) -> Iterator[tuple[str, str, str]]:
    """Field, a source expression it refuses, and the reason as a test id."""
    for field in args:
        if field.kind.wrong is not None:
            yield field.name, field.kind.wrong, f"{field.name}_of_another_type"
        for limit, edge in _edges(field):
            yield field.name, field.kind.write(edge), f"{field.name}_at_its_limit_{limit}"
    yield "unheard_of", '"anything"', "field_that_is_not_there"


def _edges(field: FieldSpec) -> list[tuple[str, Value]]:
    limits = field.constraints.limits
    return [(limit, limits[limit]) for limit in ("gt", "lt") if limit in limits]
