"""The texts of a task: what its templates need to know, computed from fields and options."""

from collections.abc import Iterator

from ..fields import FieldSpec, Import, is_own
from ..names import class_name, in_words
from ..plan import Draft
from ..project import Project
from ..render import import_block, render, written_tuple
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
from .policy_reasons import policy_reasons
from .system_account import grant_command
from .task_cases import TaskCases
from .task_options import TaskOptions
from .task_policies import PolicyLine, policy_lines, task_line


def task_drafts(
    project: Project,
    name: str,
    args: tuple[FieldSpec, ...],
    result: tuple[FieldSpec, ...],
    options: TaskOptions,
) -> tuple[Draft, ...]:
    """The module, its test and its page, not formatted yet."""
    keyed = tuple(field.name for field in args if field.idem)
    policies = list(policy_lines(options, name, keyed))
    case = TaskCases(name, options, args, keyed=bool(keyed))
    module, test = project.tasks / f"{name}.py", project.task_tests / f"test_{name}.py"
    values = {
        "name": name,
        "module": module,
        "test": test,
        "class_name": class_name(name),
        "words": in_words(name),
        "package": project.package,
        "args": args,
        "result": result,
        "answers": [f"{field.name}={_answer(field, args)}" for field in result],
        "given": given(args),
        "required": [f'"{field.name}"' for field in args if field.required],
        "options": options,
        "task_line": task_line(options),
        "policies": policies,
        "formerly": written_tuple(options.formerly),
        "case": case,
        "grant_command": grant_command(project, name, options),
        "reasons": policy_reasons(options, name, tuple(policy.name for policy in policies)),
        "sample": json_sample(args),
        "input_rows": field_rows(args),
        "result_rows": field_rows(result),
        "policy_names": sorted(f'"{policy.name}"' for policy in policies),
        "module_imports": import_block(_module_imports(args, result, options, policies)),
        "chassis_names": ", ".join(_chassis_names(args, options, policies)),
        "test_imports": import_block(
            (
                *(Import("pytest"), Import("pydantic", "ValidationError")),
                *value_imports(args),
                *(each for each in case.imports if not is_own(each)),
            )
        ),
        "wrong_inputs": wrong_inputs(args, forbids_extra=True),
    }
    module_draft = Draft(module, render("task/task.py.jinja", values))
    test_draft = Draft(test, render("task/test.py.jinja", values))
    written = [*models_in(args, written=True), *filter(is_own, case.imports)]
    named = [*models_in((*args, *result), written=False), *_answered(args, result)]
    return (
        with_own_imports(project, module_draft, named),
        with_own_imports(project, test_draft, written),
        Draft(project.task_pages / f"{name}.md", render("task/page.md.jinja", values)),
    )


def _answer(field: FieldSpec, args: tuple[FieldSpec, ...]) -> str:
    """What the placeholder answers: the argument of the same name and type, else a sample."""
    echoed = field.kind.echoes and any(
        (arg.name, arg.annotation, arg.constraints)
        == (field.name, field.annotation, field.constraints)
        for arg in args
    )
    return f"args.{field.name}" if echoed else field.sample_source


def _module_imports(
    args: tuple[FieldSpec, ...],
    result: tuple[FieldSpec, ...],
    options: TaskOptions,
    policies: list[PolicyLine],
) -> Iterator[Import]:
    yield from annotation_imports((*args, *result))
    yield from (each for each in _answered(args, result) if not is_own(each))
    if "dt.timedelta(" in options.schedule or any(
        "dt.timedelta(" in policy.decorator for policy in policies
    ):
        yield Import("datetime")


def _answered(args: tuple[FieldSpec, ...], result: tuple[FieldSpec, ...]) -> Iterator[Import]:
    """What the placeholder imports to write its answer."""
    for field in result:
        if not _answer(field, args).startswith("args."):
            yield from field.kind.value_imports


def _chassis_names(
    args: tuple[FieldSpec, ...], options: TaskOptions, policies: list[PolicyLine]
) -> list[str]:
    classes = {"TaskArgs", "TaskContext", "TaskResult"} | chassis_types(args)
    if options.priority != "normal":
        classes.add("Priority")
    return [*sorted(classes), *sorted({"task", *(policy.name for policy in policies)})]
