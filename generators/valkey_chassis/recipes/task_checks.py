"""What a task may not be, seen from the service: a taken name, a mixed queue, a mark without use."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from ..errors import Taken, UsageRefused
from ..fields import FieldSpec
from ..inventory import DEFAULT_QUEUES, Kind, KnownTask, known_tasks
from ..names import sounds_secret
from ..project import Project
from .task_options import TaskOptions


def check_marks(args: Iterable[FieldSpec], result: Iterable[FieldSpec]) -> None:
    """Refuse marks that no policy of a task would read."""
    for field in args:
        if field.key:
            raise UsageRefused(
                "'key' marks a part of a cache key, and none is chosen: all arguments count",
                "leave it out; --cache needs no marks, and idem makes a field part of the idempotency key",
                argument=field.spec,
                column=field.columns["key"],
            )
    for field in result:
        if field.kind.secret or (field.kind.name in {"str", "enum"} and sounds_secret(field.name)):
            raise UsageRefused(
                f"the result {field.name!r} would show a secret to whoever asks for it",
                "store it elsewhere and return a reference, or call it differently",
                argument=field.spec,
                column=0,
            )
    refuse_marks(result, "a result makes no key")


def refuse_marks(fields: Iterable[FieldSpec], why: str) -> None:
    """Refuse marks of an idempotency or cache key where there is none."""
    for field in fields:
        for mark in ("idem", "key"):
            if mark in field.columns:
                raise UsageRefused(
                    f"{mark!r} is for fields of a task's input: {why}",
                    "leave it out",
                    argument=field.spec,
                    column=field.columns[mark],
                )


def check_schedule(args: Iterable[FieldSpec], options: TaskOptions) -> None:
    """Refuse what nobody would fill in: a scheduled task is submitted with default arguments."""
    for field in args:
        if options.schedule and field.required:
            raise UsageRefused(
                f"{field.name!r} has no default, and a schedule submits default arguments",
                "add default=..., or optional",
                argument=field.spec,
                column=0,
            )


def check_module_is_free(project: Project, room: PurePosixPath, name: str) -> None:
    """Refuse a name that another module or package of the room has, in any case."""
    folder = project.root / room
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name.lower() in {name, f"{name}.py"} and entry != folder / f"{name}.py":
            raise Taken(
                f"{entry.relative_to(project.root)} is there already, and {name}.py is the same"
                " module to Python or the same file on some systems",
                "choose another name",
            )


def check_name_is_free(project: Project, name: str) -> None:
    """Refuse a name that another module, task or file has."""
    check_module_is_free(project, project.tasks, name)
    own_module = project.root / project.tasks / f"{name}.py"
    for other in known_tasks(own_module.parent, mentioning=[name]):
        if name in (other.name, *other.formerly) and other.path != own_module:
            raise Taken(
                f"the task {name!r} is defined already, in {_place(project, other)}",
                "choose another name",
            )


def check_queue_fits(project: Project, name: str, options: TaskOptions) -> None:
    """Refuse a queue that holds tasks of the other kind."""
    own_module = project.root / project.tasks / f"{name}.py"
    other_kind: Kind = "async" if options.kind == "sync" else "sync"
    # A task in the default queue of its kind need not name it, so any module may hold one.
    words = (
        [options.queue, "task"] if options.queue == DEFAULT_QUEUES[other_kind] else [options.queue]
    )
    for other in known_tasks(own_module.parent, mentioning=words):
        if other.queue != options.queue or other.path == own_module:
            continue
        if other.kind == options.kind:
            # A queue holds one kind, so the first task in it speaks for all others.
            return
        way_out = "leave --cpu out" if options.kind == "sync" else "add --cpu"
        raise Taken(
            f"queue {options.queue!r} holds {other.kind} tasks ({other.name!r} in"
            f" {_place(project, other)}), and this one is {options.kind}; a queue holds one kind",
            f"choose another --queue, or {way_out}",
        )


def _place(project: Project, task: KnownTask) -> str:
    return f"{task.path.relative_to(project.root)}:{task.line}"
