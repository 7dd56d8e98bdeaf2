"""`gen adopt FILE::FUNCTION`: takes a task that was written by hand under gen's notes."""

import ast
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from ..errors import NoSuchItem, Taken, Unreadable, UsageRefused
from ..inventory import KnownTask, tasks_in
from ..item import Options, item_path, items, note_drafts
from ..names import did_you_mean
from ..plan import Create, Draft, Plan, present_text
from ..project import Project
from .command import Command
from .specs_of_source import specs_of

KIND: Final = "task"


def act(project: Project, given: Namespace) -> Plan:
    """Its note and the texts as they are; no file of the team's is touched."""
    path, function = _asked(project, given.task)
    source, task = _task(project, path, function)
    _check_free(project, path, task)
    tests = (project.task_tests / f"test_{name}.py" for name in (task.name, path.stem))
    taken = {file for item in items(project) for file in item.files}
    files = [Draft(path, source)]
    for test in dict.fromkeys(tests):
        text = present_text(project, test)
        if text is not None and test not in taken:
            files.append(Draft(test, text))
    specs = _specs(source, task)
    notes = note_drafts(
        project,
        KIND,
        task.name,
        specs=specs,
        options=_options(source, task),
        files=files,
        adopted=True,
    )
    return Plan(
        title=f"adopt task {task.name} ({', '.join(str(file.path) for file in files)})",
        steps=tuple(Create(draft) for draft in notes),
        notices=()
        if len(files) > 1
        else (f"no test found: {project.task_tests}/test_{task.name}.py",),
        next_commands=(f"uv run gen show task {task.name}", "uv run gen check"),
    )


def _asked(project: Project, text: str) -> tuple[PurePosixPath, str]:
    file, parted, function = text.partition("::")
    if not (parted and file and function):
        raise UsageRefused(
            f"{text!r} names no function",
            f"write FILE::FUNCTION, such as {project.tasks}/legacy.py::sync",
            argument=text,
            column=len(file),
        )
    starts = [project.root / file, Path.cwd() / file]
    place = next((each.resolve() for each in starts if each.is_file()), None)
    folder = project.root / project.tasks
    if place is None or not place.is_relative_to(folder) or place.suffix != ".py":
        raise UsageRefused(
            f"{file} is no module in {project.tasks}",
            "discovery finds tasks there alone; move it there first",
            argument=text,
            column=0,
        )
    if any(part.startswith("_") for part in place.relative_to(folder).parts):
        raise UsageRefused(
            f"discovery passes {file} by: it begins with an underscore", "give it another name"
        )
    return PurePosixPath(place.relative_to(project.root).as_posix()), function


def _task(project: Project, path: PurePosixPath, function: str) -> tuple[str, KnownTask]:
    source = present_text(project, path) or ""
    try:
        tasks = list(tasks_in(ast.parse(source), project.root / path))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise Unreadable(f"{path}:{line} is not Python: {error}", "mend it first") from error
    found = next((each for each in tasks if each.function == function), None)
    if found is None:
        names = [each.function for each in tasks]
        hint = did_you_mean(function, names) or f"tasks there: {', '.join(names) or 'none'}"
        raise NoSuchItem(f"{path} has no function {function!r} under @task", hint)
    if len(tasks) > 1:
        raise UsageRefused(
            f"{path} holds {len(tasks)} tasks, and an item of gen is a module of its own",
            f"move {function} to {project.tasks}/{found.name}.py first",
        )
    return source, found


def _check_free(project: Project, path: PurePosixPath, task: KnownTask) -> None:
    owner = next((item for item in items(project, KIND) if path in item.files), None)
    if owner is not None:
        raise Taken(f"{path} belongs to {owner.title} already", f"gen show {owner.title}")
    note = item_path(project, KIND, task.name)
    if (project.root / note).exists():
        raise Taken(
            f"gen has another task {task.name!r}, noted in {note}", "give one another name=..."
        )


def _specs(source: str, task: KnownTask) -> Mapping[str, Sequence[str]]:
    """Its fields as gen takes them; without those that are more than a spec can say."""
    models = {"fields": task.args_model, "result": task.result_model}
    found = {key: specs_of(source, model) for key, model in models.items()}
    return {key: specs for key, specs in found.items() if specs is not None}


def _options(source: str, task: KnownTask) -> Options:
    """What other items ask of it: who may submit it, and what that costs."""
    calls = {
        ast.unparse(call.func): call
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == task.function
        for call in node.decorator_list
        if isinstance(call, ast.Call)
    }
    kinds, costs = _texts(calls.get("credits")), _keyword(calls.get("credits"), "estimate")
    return {
        "cpu": task.kind == "sync",
        "queue": task.queue,
        "roles": ",".join(_texts(calls.get("require_roles"))),
        "scopes": ",".join(_texts(calls.get("require_scopes"))),
        "credits": costs if kinds else "",
        "credit_type": kinds[0] if kinds else "",
        "formerly": ",".join(task.formerly),
    }


def _texts(call: ast.Call | None) -> list[str]:
    return [
        str(each.value) for each in (call.args if call else ()) if isinstance(each, ast.Constant)
    ]


def _keyword(call: ast.Call | None, name: str) -> str:
    for keyword in call.keywords if call else ():
        if keyword.arg == name and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("task", metavar="FILE::FUNCTION", help="a function under @task")


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
