"""What `gen check` finds wrong with one item: its note, its files, and messages of its earlier form."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..finding import Finding
from ..in_place import gone
from ..inventory import events_in, tasks_in
from ..item import Item
from ..item_paths import accepted_path, base_path, models_path
from ..kept_models import kept_models
from ..models import Sources, referred_by
from ..plan import present_text
from ..project import Project
from ..state import State, states
from ..wire import Unfit, breaks
from ..wire_models import model_of, names_imported_in


@dataclass(frozen=True, slots=True)
class _Messages:
    """What a module says on the wire: under which names, and in which class."""

    names: tuple[str, ...]
    model: str


def of_item(project: Project, item: Item, sources: Sources) -> Iterator[Finding]:
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
    # As gen wrote it, a module that refers to no other fits; most need not even be parsed.
    refers = (project.root / models_path(project, item.kind, item.name)).is_file()
    if found[item.module] is State.EDITED:
        yield from _of_module(project, item, sources)
    elif item.messages is not None and (
        found[item.messages] is State.EDITED or (refers and found[item.messages] is State.UNEDITED)
    ):
        yield from of_messages(project, item, sources)


def of_messages(project: Project, item: Item, sources: Sources) -> Iterator[Finding]:
    """Why messages that are queued already may not fit the module as it is now."""
    if item.messages is None:
        return
    now = present_text(project, item.messages) or ""
    for module, line, problem in unfit(project, item, text_accepted(project, item), now, sources):
        place = module or item.messages
        yield Finding(
            f"{place}:{line}" if line else str(place),
            problem,
            "let both forms be taken (a default, the old field, formerly=...) until the queues have "
            "drained; when they have, accept the new form: gen check --accept",
        )


def unfit(
    project: Project, item: Item, before: str, after: str, sources: Sources
) -> Iterator[Unfit]:
    """What messages of one version of its module may be refused for by another."""
    was, now = _messages(item, before), _messages(item, after)
    if was is None or now is None or item.messages is None:
        return
    if lost := sorted(set(was.names) - set(now.names)):
        problem = f"messages of {', '.join(lost)} may be queued, and nothing here answers to it"
        yield Unfit("", 0, problem)
    kept = kept_models(project, item.kind, item.name)
    referred = referred_by(project, sources, item.messages, after)
    # What is known of one time alone cannot be compared: it is taken by its name.
    alone = referred.unknown | (names_imported_in(before) - kept.keys())
    old = model_of(before, was.model, kept, without=alone)
    new = model_of(after, now.model, referred.definitions, without=alone)
    if old is None:
        return
    if new is None:
        yield Unfit("", 0, f"{now.model} is not in this module, so nobody can see if it fits")
        return
    called = "args" if item.kind == "task" else "event"
    for module, line, reason in breaks(
        old, new, called=called, places=referred.places, ignores_extra=called == "event"
    ):
        yield Unfit(module, line, f"{item.title if module else now.model}: {reason}")


def text_accepted(project: Project, item: Item) -> str:
    """The module whose messages may be queued: as accepted last, else as gen wrote it."""
    paths = (
        accepted_path(project, item.kind, item.name),
        base_path(project, item.kind, item.name, item.messages or item.module),
    )
    texts = (present_text(project, path) for path in paths)
    return next((text for text in texts if text is not None), "")


def _of_module(project: Project, item: Item, sources: Sources) -> Iterator[Finding]:
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
            yield from of_messages(project, item, sources)
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
