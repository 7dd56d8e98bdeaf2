"""What `gen check` finds wrong with one item: its note, its files, and messages of its earlier form."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..finding import Finding
from ..in_place import gone
from ..inventory import events_in, tasks_in
from ..item import Item, accepted_path, base_path
from ..plan import present_text
from ..project import Project
from ..state import State, states
from ..wire import breaks, model_of


@dataclass(frozen=True, slots=True)
class _Messages:
    """What a module says on the wire: under which names, and in which class."""

    names: tuple[str, ...]
    model: str


def of_item(project: Project, item: Item) -> Iterator[Finding]:
    """All that does not fit about one item."""
    found = states(project, item)
    for path, state in found.items():
        if state is State.MISSING:
            yield gone(project, item, path)
        base = base_path(project, item.kind, item.name, path)
        if not (project.root / base).is_file():
            yield Finding(
                str(base),
                f"what gen wrote for {item.title} is not kept any more",
                "bring it back (git checkout): without it, edits cannot be told from gen's own text",
            )
    # As gen wrote it, a module fits; most of them need not even be parsed.
    if found[item.module] is State.EDITED:
        yield from _of_module(project, item)
    elif item.messages is not None and found[item.messages] is State.EDITED:
        yield from of_messages(project, item)


def of_messages(project: Project, item: Item) -> Iterator[Finding]:
    """Why messages that are queued already may not fit the module as it is now."""
    if item.messages is None:
        return
    now = present_text(project, item.messages) or ""
    for line, problem in unfit(item, text_accepted(project, item), now):
        yield Finding(
            f"{item.messages}:{line}" if line else str(item.messages),
            problem,
            "let both forms be taken (a default, the old field, formerly=...) until the queues have "
            "drained; when they have, accept the new form: gen check --accept",
        )


def unfit(item: Item, before: str, after: str) -> Iterator[tuple[int, str]]:
    """What messages of one version of its module may be refused for by another: line and reason."""
    was, now = _messages(item, before), _messages(item, after)
    if was is None or now is None:
        return
    if lost := sorted(set(was.names) - set(now.names)):
        yield 0, f"messages of {', '.join(lost)} may be queued, and nothing here answers to it"
    old, new = model_of(before, was.model), model_of(after, now.model)
    if old is None:
        return
    if new is None:
        yield 0, f"{now.model} is not in this module, so nobody can see if it fits"
        return
    for line, problem in breaks(old, new, ignores_extra=item.kind != "task"):
        yield line, f"{now.model}: {problem}"


def text_accepted(project: Project, item: Item) -> str:
    """The module whose messages may be queued: as accepted last, else as gen wrote it."""
    paths = (
        accepted_path(project, item.kind, item.name),
        base_path(project, item.kind, item.name, item.messages or item.module),
    )
    texts = (present_text(project, path) for path in paths)
    return next((text for text in texts if text is not None), "")


def _of_module(project: Project, item: Item) -> Iterator[Finding]:
    try:
        tree = ast.parse(present_text(project, item.module) or "")
    except OSError as error:
        yield Finding(
            str(item.module), f"it cannot be read: {error.strerror or error}", "mend or restore it"
        )
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        place = f"{item.module}:{line}" if line else str(item.module)
        yield Finding(place, f"it is not Python: {error}", "mend it, or bring it back")
    else:
        mark, is_there = _MARKS.get(item.kind, ("", _anything))
        if is_there(tree):
            yield from of_messages(project, item)
        else:
            yield Finding(
                str(item.module),
                f"{item.title} is there, but {mark}, so discovery passes it by",
                f"put it back, or gen destroy {item.title}",
            )


def _messages(item: Item, source: str) -> _Messages | None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    if item.kind == "task":
        tasks = list(tasks_in(tree, Path(item.module)))
        chosen = next((each for each in tasks if each.name == item.name), None)
        one = chosen or next(iter(tasks), None)
        return _Messages((one.name, *one.formerly), one.args_model) if one else None
    event = next(events_in(tree, Path(item.messages or item.module)), None)
    return _Messages((event.name,), event.class_name) if event else None


def _has_task(tree: ast.Module) -> bool:
    return next(tasks_in(tree, Path()), None) is not None


def _has_event(tree: ast.Module) -> bool:
    return next(events_in(tree, Path()), None) is not None


def _has_handler(tree: ast.Module) -> bool:
    return any(
        ast.unparse(decorator).startswith("on(")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
    )


def _has_router(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and ast.unparse(node.value).startswith(("APIRouter(", "fastapi.APIRouter("))
        for node in tree.body
    )


def _anything(_: ast.Module) -> bool:
    return True


# What makes discovery take a module of each kind, and what is wrong without it.
_MARKS: Final[dict[str, tuple[str, Callable[[ast.Module], bool]]]] = {
    "task": ("no function under @task", _has_task),
    "poller": ("no function under @task", _has_task),
    "event": ("no class under Event", _has_event),
    "listener": ("no function under @on", _has_handler),
    "endpoint": ("no APIRouter", _has_router),
}
