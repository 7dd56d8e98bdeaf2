"""What discovery would refuse at start-up, found without importing anything."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..finding import Finding
from ..inventory import KnownEvent, KnownTask, known_events, known_tasks
from ..project import Project


def judge_sources(project: Project) -> Iterator[Finding]:
    """Modules that do not parse, names that are claimed twice, queues of both kinds."""
    for room in (project.tasks, project.events, project.endpoints):
        yield from _unparsable(project, project.root / room)
    tasks = list(known_tasks(project.root / project.tasks, mentioning=["task"]))
    yield from _twins(project, "task", tasks)
    yield from _twins(project, "event", list(known_events(project.root / project.events)))
    yield from _mixed_queues(project, tasks)


def _unparsable(project: Project, room: Path) -> Iterator[Finding]:
    for path in sorted(room.rglob("*.py")):
        place = path.relative_to(project.root).as_posix()
        try:
            ast.parse(path.read_bytes())
        except SyntaxError as error:
            yield Finding(
                f"{place}:{error.lineno or 1}",
                f"it is no Python ({error.msg}), so no process of the service starts",
                "mend it, or move it out of the folder",
            )
        except (OSError, ValueError) as error:
            yield Finding(place, f"it cannot be read: {error}", "mend it, or remove it")


def _twins(
    project: Project, thing: str, known: Sequence[KnownTask] | Sequence[KnownEvent]
) -> Iterator[Finding]:
    named: dict[str, list[str]] = defaultdict(list)
    for each in known:
        named[each.name].append(_place(project, each))
    for name, (first, *others) in named.items():
        if others:
            yield Finding(
                first,
                f"{thing} {name!r} is defined again in {', '.join(others)}",
                "give one of them another name=...",
            )


def _mixed_queues(project: Project, tasks: Sequence[KnownTask]) -> Iterator[Finding]:
    first: dict[str, KnownTask] = {}
    for each in tasks:
        other = first.setdefault(each.queue, each)
        if other.kind != each.kind:
            yield Finding(
                _place(project, each),
                f"queue {each.queue!r} holds the {each.kind} task {each.name!r} and the {other.kind} task "
                f"{other.name!r} ({_place(project, other)}); a queue holds one kind",
                "give one of them another queue=...",
            )


def _place(project: Project, known: KnownTask | KnownEvent) -> str:
    return f"{known.path.relative_to(project.root).as_posix()}:{known.line}"
