"""What the models of a module hold of other modules of the service, as one flat set of definitions."""

import ast
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from ..project import Project
from ..wire_types import Definitions, definitions_in, imported_names, is_in_messages, names_in
from .sources import Module, Sources, last_name

# A module that leads to more than these is read as far as them.
MOST_DEFINITIONS: Final = 200


@dataclass(frozen=True, slots=True)
class Referred:
    """Definitions under the names that the module knows them by, without what is no part of a message.

    Further ones have names of their own. ``places`` are their files, from the root of the service;
    ``unknown`` are names that lead to no definition that the service has.
    """

    definitions: Definitions
    places: Mapping[str, str]
    unknown: frozenset[str]


def referred_by(project: Project, sources: Sources, path: PurePosixPath, text: str) -> Referred:
    """All that the messages of a module, if it had that text, may hold of others."""
    module = sources.module_of(project.root / path, text)
    if module is None:
        return Referred({}, {}, frozenset())
    walk = _Walk(sources, module)
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef) and "TaskResult" not in map(last_name, node.bases):
            walk.follow(module, node)
    places = {
        name: home.path.relative_to(project.root).as_posix() for name, home in walk.homes.items()
    }
    return Referred(walk.found, places, frozenset(walk.unknown - walk.found.keys()))


class _Walk:
    """From definition to definition; ``found`` are those outside of the module where it begins."""

    def __init__(self, sources: Sources, start: Module) -> None:
        self._sources = sources
        self._start = start
        # These names are the start's alone: its own text is never renamed.
        self._taken = {*definitions_in(start.tree), *imported_names(start.tree)}
        self._names: dict[tuple[str, str], str] = {}
        self._followed: set[str] = set()
        self.found: dict[str, ast.stmt] = {}
        self.homes: dict[str, Module] = {}
        self.unknown: set[str] = set()

    def follow(self, module: Module, node: ast.stmt) -> dict[str, str]:
        """Find what a definition names; gives the names that stand for others here."""
        renamed = {}
        for name in dict.fromkeys(_names_in(node)):
            flat = self._flat(module, name)
            if flat not in ("", name):
                renamed[name] = flat
        return renamed

    def _flat(self, module: Module, name: str) -> str:
        """The name among all that are found; empty for one that leads nowhere."""
        target = self._sources.definition(module, name)
        if target is None:
            self.unknown.add(name)
            return ""
        home, node = target
        if home.name == self._start.name:
            if name not in self._followed:
                self._followed.add(name)
                self.follow(home, node)
            return name
        key = (home.name, _defined(node))
        if module is self._start and name not in self.found:
            self._take(key, name, home, node)
        elif key not in self._names:
            is_free = name not in self.found and name not in self._taken
            flat = name if is_free else f"{home.name.replace('.', '_')}_{key[1]}"
            self._take(key, flat, home, node)
        return self._names[key]

    def _take(self, key: tuple[str, str], flat: str, home: Module, node: ast.stmt) -> None:
        if len(self.found) == MOST_DEFINITIONS:
            self._names[key] = ""
            return
        self._names[key] = flat
        # Its place is held before it is followed: models may lead back to themselves.
        self.found[flat] = node
        self.homes[flat] = home
        self.found[flat] = _part(node, flat, self.follow(home, node))


def _names_in(node: ast.stmt) -> Iterator[str]:
    """The names that decide what a definition takes: types of fields, bases, an alias's own."""
    parts: list[ast.AST | None] = []
    match node:
        case ast.ClassDef():
            parts = [*node.bases, *(each.annotation for each in _fields(node))]
        case ast.Assign() | ast.AnnAssign():
            parts = [node.value]
    for part in filter(None, parts):
        yield from names_in(part)


def _fields(node: ast.ClassDef) -> list[ast.AnnAssign]:
    return [
        each
        for each in node.body
        if isinstance(each, ast.AnnAssign)
        and isinstance(each.target, ast.Name)
        and is_in_messages(each.target.id, each.annotation)
    ]


def _defined(node: ast.stmt) -> str:
    match node:
        case ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return ""


def _part(node: ast.stmt, name: str, renamed: Mapping[str, str]) -> ast.stmt:
    """A copy under another name: what a message may be refused for, without methods and texts."""
    node = deepcopy(node)
    match node:
        case ast.ClassDef():
            assigned = [each for each in node.body if isinstance(each, ast.Assign)]
            node.name, node.decorator_list, node.keywords = name, [], []
            node.body = [*assigned, *_fields(node)] or [ast.Pass()]
        case ast.Assign():
            node.targets = [ast.Name(name, ast.Store())]
        case ast.AnnAssign():
            node.target = ast.Name(name, ast.Store())
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
            each.id = renamed.get(each.id, each.id)
    return ast.fix_missing_locations(node)
