"""`gen adopt FILE::FUNCTION`: takes a task that was written by hand under gen's notes."""

import ast
from argparse import ArgumentParser, Namespace
from pathlib import Path, PurePosixPath
from typing import Final

from ..errors import NoSuchItem, Taken, Unreadable, UsageRefused
from ..inventory import KnownTask, tasks_in
from ..item import items, note_drafts
from ..item_paths import item_path
from ..kept_models import models_drafts
from ..names import did_you_mean
from ..plan import Create, Draft, Plan, present_text
from ..project import Project
from .by_hand import by_hand
from .command import Command

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
    known = by_hand(project, source, task)
    notices = [f"no word of gen says {each}" for each in known.unsaid]
    if len(files) == 1:
        notices.append(f"no test found: {project.task_tests}/test_{task.name}.py")
    notes = [
        *models_drafts(project, KIND, task.name, files),
        *note_drafts(
            project,
            KIND,
            task.name,
            specs=known.specs,
            options=known.options,
            files=files,
            adopted=True,
        ),
    ]
    return Plan(
        title=f"adopt task {task.name} ({', '.join(str(file.path) for file in files)})",
        steps=tuple(Create(draft) for draft in notes),
        notices=tuple(notices),
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


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("task", metavar="FILE::FUNCTION", help="a function under @task")


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
