"""Reads which tasks a service has from their source, without importing any of it."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Kind = Literal["async", "sync"]
DEFAULT_QUEUES: Final[dict[Kind, str]] = {"async": "default", "sync": "cpu"}


@dataclass(frozen=True, slots=True)
class KnownTask:
    """A function under ``@task``, where it is defined, and what it claims."""

    name: str
    function: str
    # The class of its first argument, empty when that is not annotated by a plain name.
    args_model: str
    queue: str
    kind: Kind
    path: Path
    line: int
    # The class that it returns, found in the same way.
    result_model: str = ""
    # The names on the wire that it had before, and still answers to.
    formerly: tuple[str, ...] = ()


def known_tasks(folder: Path, mentioning: Sequence[str]) -> Iterator[KnownTask]:
    """The tasks in modules that mention one of the words; others are not even parsed."""
    for path, tree in _parsed(folder, mentioning):
        yield from tasks_in(tree, path)


def tasks_in(tree: ast.Module, path: Path) -> Iterator[KnownTask]:
    """The tasks of one module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _tasks_of(node, path)


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """A class under ``Event``: its name on the wire, and where it is defined."""

    name: str
    class_name: str
    path: Path
    line: int


def known_events(folder: Path, mentioning: str = "Event") -> Iterator[KnownEvent]:
    """The events in modules that mention the word; others are not even parsed."""
    for path, tree in _parsed(folder, [mentioning]):
        yield from events_in(tree, path)


def events_in(tree: ast.Module, path: Path) -> Iterator[KnownEvent]:
    """The events of one module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            _last_name(base) == "Event" for base in node.bases
        ):
            name = _text(node.keywords, "name")
            yield KnownEvent(name, node.name, path, node.lineno)


@dataclass(frozen=True, slots=True)
class KnownHandler:
    """A function under ``@on``: the name by which it is remembered, and where it is defined."""

    name: str
    path: Path
    line: int


def known_handlers(folder: Path, mentioning: str) -> Iterator[KnownHandler]:
    """The handlers in modules that mention the word; others are not even parsed."""
    for path, tree in _parsed(folder, [mentioning]):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in node.decorator_list:
                    if isinstance(call, ast.Call) and _last_name(call.func) == "on":
                        name = _text(call.keywords, "name") or node.name
                        yield KnownHandler(name, path, node.lineno)


def _parsed(folder: Path, mentioning: Sequence[str]) -> Iterator[tuple[Path, ast.Module]]:
    mentioned = re.compile(rf"\b(?:{'|'.join(map(re.escape, mentioning))})\b").search
    for path in sorted(folder.rglob("*.py")):
        try:
            source = path.read_text(encoding="utf-8-sig", errors="replace")
            # A short name is a part of many words, and finding it is cheap: most are out by then.
            if any(word in source for word in mentioning) and mentioned(source):
                yield path, ast.parse(source)
        except (OSError, SyntaxError, ValueError):
            # A module in the middle of an edit, or the lock that an editor leaves beside it as a
            # link to nowhere, is not a reason to stop.
            continue


def _tasks_of(node: ast.FunctionDef | ast.AsyncFunctionDef, path: Path) -> Iterator[KnownTask]:
    kind: Kind = "async" if isinstance(node, ast.AsyncFunctionDef) else "sync"
    for decorator in node.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if _last_name(call) != "task":
            continue
        given = decorator.keywords if isinstance(decorator, ast.Call) else []
        yield KnownTask(
            name=_text(given, "name") or node.name,
            function=node.name,
            args_model=_annotation(node),
            queue=_text(given, "queue") or DEFAULT_QUEUES[kind],
            kind=kind,
            path=path,
            line=node.lineno,
            result_model=node.returns.id if isinstance(node.returns, ast.Name) else "",
            formerly=_texts(given, "formerly"),
        )


def _annotation(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    first = node.args.args[0].annotation if node.args.args else None
    return first.id if isinstance(first, ast.Name) else ""


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _texts(keywords: Sequence[ast.keyword], name: str) -> tuple[str, ...]:
    return tuple(
        str(each.value)
        for keyword in keywords
        if keyword.arg == name and isinstance(keyword.value, ast.Tuple | ast.List)
        for each in keyword.value.elts
        if isinstance(each, ast.Constant)
    )


def _text(keywords: Sequence[ast.keyword], name: str) -> str:
    for keyword in keywords:
        if keyword.arg == name and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""
