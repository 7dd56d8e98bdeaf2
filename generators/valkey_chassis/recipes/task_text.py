"""The texts of a task: what its two templates need to know, computed from fields and options."""

from collections.abc import Iterator
from typing import Final

from ..fields import FieldSpec, Import
from ..names import class_name, in_words
from ..plan import Draft
from ..project import Project
from ..render import import_block, render, written_tuple
from .models import annotation_imports, chassis_types, given, value_imports, wrong_inputs
from .task_options import TaskOptions
from .task_policies import PolicyLine, policy_lines

# The `service` fixture of the chassis grants so many of each type.
CREDITS_OF_A_TEST: Final = 1_000


def task_drafts(
    project: Project,
    name: str,
    args: tuple[FieldSpec, ...],
    result: tuple[FieldSpec, ...],
    options: TaskOptions,
) -> tuple[Draft, Draft]:
    """The module and its test, not formatted yet."""
    keyed = tuple(field.name for field in args if field.idem)
    policies = list(policy_lines(options, name, keyed))
    values = {
        "name": name,
        "class_name": class_name(name),
        "words": in_words(name),
        "package": project.package,
        "args": args,
        "result": result,
        "answers": [f"{field.name}={_answer(field, args)}" for field in result],
        "given": given(args),
        "required": [f'"{field.name}"' for field in args if field.required],
        "options": options,
        "policies": policies,
        "formerly": written_tuple(options.formerly),
        "allowed": _allowed(options),
        # What is equal in the fields of its key is a repetition before the cache is asked, and a
        # limit of one is reached by then.
        "tests_cache": options.cache and not keyed and not options.rate_limit.startswith("1/"),
        "grant": grant_for(options.credit_type or name, options.credits),
        "policy_names": sorted(f'"{policy.name}"' for policy in policies),
        "module_imports": import_block(_module_imports(args, result, options, policies)),
        "chassis_names": ", ".join(_chassis_names(args, options, policies)),
        "test_imports": import_block(
            (Import("pytest"), Import("pydantic", "ValidationError"), *value_imports(args))
        ),
        "wrong_inputs": wrong_inputs(args, forbids_extra=True),
    }
    module = Draft(project.tasks / f"{name}.py", render("task/task.py.jinja", values))
    test = Draft(project.task_tests / f"test_{name}.py", render("task/test.py.jinja", values))
    return module, test


def grant_for(name: str, credits: int | str | bool | None) -> str:
    """What a test needs to say first when one execution costs more than the test's user has."""
    amount = int(credits or 0)
    return f'service.grant("{name}", {amount})' if amount > CREDITS_OF_A_TEST else ""


def _allowed(options: TaskOptions) -> str:
    """What a test's caller needs to be let in; empty when anyone is."""
    held = {"roles": options.roles, "scopes": options.scopes}
    pairs = [f'"{kind}": frozenset({{"{names[0]}"}})' for kind, names in held.items() if names]
    return ", ".join(pairs)


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
    for field in result:
        if not _answer(field, args).startswith("args."):
            yield from field.kind.value_imports
    if "dt.timedelta(" in options.schedule or any(
        "dt.timedelta(" in policy.decorator for policy in policies
    ):
        yield Import("datetime")


def _chassis_names(
    args: tuple[FieldSpec, ...], options: TaskOptions, policies: list[PolicyLine]
) -> list[str]:
    classes = {"TaskArgs", "TaskContext", "TaskResult"} | chassis_types(args)
    if options.priority != "normal":
        classes.add("Priority")
    return [*sorted(classes), *sorted({"task", *(policy.name for policy in policies)})]
