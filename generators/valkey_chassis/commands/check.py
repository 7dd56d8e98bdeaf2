"""`gen check`: for CI. Notes, files and queued messages still fit together."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from ..errors import ExitCode
from ..inventory import KnownTask, known_tasks
from ..item import Item, base_path, items
from ..names import class_name
from ..plan import Create, Draft, Plan, Replace, Step, present_text
from ..project import Project
from ..state import State, states
from ..wire import breaks, fields_of
from .command import Command, Said

_ACCEPTED: Final = PurePosixPath("accepted")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit: where, what, and the way out."""

    place: str
    problem: str
    way_out: str

    @property
    def text(self) -> str:
        return f"{self.place}: {self.problem}\n  {self.way_out}"


def act(project: Project, given: Namespace) -> Plan | Said:
    """Every finding, one below the other; exit code 3 when there is one."""
    noted = items(project)
    if given.accept:
        return _acceptance(project, noted)
    # Parsed once, whatever the number of items.
    tasks = list(known_tasks(project.root / project.tasks, mentioning=["task"]))
    found = [
        *(finding for item in noted for finding in _of_item(project, item, tasks)),
        *_twins(project, tasks),
    ]
    text = "\n".join(finding.text for finding in found)
    return Said(
        text=text or f"{len(noted)} items, {len(tasks)} tasks: all of it fits together",
        document={
            "findings": [
                {"place": each.place, "problem": each.problem, "way_out": each.way_out}
                for each in found
            ]
        },
        exit_code=ExitCode.CONFLICT if found else ExitCode.DONE,
    )


def _of_item(project: Project, item: Item, tasks: list[KnownTask]) -> Iterator[Finding]:
    missing = False
    for path, state in states(project, item).items():
        if state is State.MISSING:
            missing = True
            yield Finding(
                str(path),
                f"gen made it for {item.title}, and it is gone",
                f"bring it back (git checkout), or forget the item: gen destroy {item.title}",
            )
        base = base_path(project, item.kind, item.name, path)
        if not (project.root / base).is_file():
            yield Finding(
                str(base),
                f"what gen wrote for {item.title} is not kept any more",
                "bring it back (git checkout): without it, edits cannot be told from gen's own text",
            )
    if item.kind == "task" and not missing:
        yield from _of_task(project, item, tasks)


def _of_task(project: Project, item: Item, tasks: list[KnownTask]) -> Iterator[Finding]:
    module = project.tasks / f"{item.name}.py"
    if not any(task.path == project.root / module for task in tasks):
        yield Finding(
            str(module),
            f"{item.title} is there, but no function under @task",
            f"put @task above the function again, or gen destroy {item.title}",
        )
        return
    yield from _of_arguments(project, item, module)


def _of_arguments(project: Project, item: Item, module: PurePosixPath) -> Iterator[Finding]:
    model = f"{class_name(item.name)}Args"
    before = fields_of(_accepted(project, item, module), model)
    after = fields_of(present_text(project, module) or "", model)
    if before is None or after is None:
        return
    for line, problem in breaks(before, after):
        yield Finding(
            f"{module}:{line}" if line else str(module),
            f"{model}: {problem}",
            "give it a default, or keep the old field until the queues have drained; when they have, "
            "accept the new form: gen check --accept",
        )


def _twins(project: Project, tasks: list[KnownTask]) -> Iterator[Finding]:
    for name, count in Counter(task.name for task in tasks).items():
        if count > 1:
            twins = [task for task in tasks if task.name == name]
            places = ", ".join(_place(project, task) for task in twins[1:])
            yield Finding(
                _place(project, twins[0]),
                f"task {name!r} is defined again in {places}",
                "give one of them another name=...",
            )


def _place(project: Project, task: KnownTask) -> str:
    return f"{task.path.relative_to(project.root).as_posix()}:{task.line}"


def _accepted(project: Project, item: Item, module: PurePosixPath) -> str:
    """The module whose messages may be queued: as accepted last, else as gen wrote it."""
    names = (_ACCEPTED, module)
    paths = [base_path(project, item.kind, item.name, name) for name in names]
    texts = (present_text(project, path) for path in paths)
    return next((text for text in texts if text is not None), "")


def _acceptance(project: Project, noted: list[Item]) -> Plan:
    steps: list[Step] = []
    for item in noted:
        module = project.tasks / f"{item.name}.py"
        text = present_text(project, module) if item.kind == "task" else None
        if text is None or not any(_of_arguments(project, item, module)):
            continue
        path = base_path(project, item.kind, item.name, _ACCEPTED)
        present = present_text(project, path)
        draft = Draft(path, text, note=f"the arguments of {item.name} as they are now")
        steps.append(Create(draft) if present is None else Replace(draft, present))
    return Plan(
        title="accept the arguments of tasks as they are",
        steps=tuple(steps),
        next_commands=("uv run gen check",),
    )


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--accept",
        action="store_true",
        help="queues have drained: from now on the arguments are as they are",
    )


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
