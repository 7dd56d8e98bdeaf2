"""The modules of a service's package, parsed when they are asked for, and the classes in them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from ..wire_types import definitions_in

# What makes a class a model: pydantic's own base, and those that the chassis derives from it.
_ROOTS: Final = frozenset({"BaseModel", "TaskArgs", "TaskResult", "Event"})
_ENUMS: Final = frozenset({"Enum", "StrEnum", "IntEnum"})
# More hops than this between a name and its class are no way to find anything.
_MOST_HOPS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One source file; ``name`` is dotted, from the service's package: ``tasks.send_invoice``."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> tuple[str, ...]:
        """What its relative imports start from."""
        parts = tuple(filter(None, self.name.split(".")))
        return parts if self.path.name == "__init__.py" else parts[:-1]


@dataclass(frozen=True, slots=True, eq=False)
class ServiceClass:
    """A class at the top of a module of the service."""

    module: Module
    node: ast.ClassDef

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def dotted(self) -> str:
        """Its full name, from the service's package."""
        return f"{self.module.name}.{self.name}".removeprefix(".")


class Sources:
    """Every module of a package but the chassis, which holds nothing of the team's."""

    def __init__(self, package: Path) -> None:
        self._package = package
        self._modules: dict[Path, Module | None] = {}
        self._texts: dict[Path, str] = {}

    def module(self, name: str) -> Module | None:
        """The module of that dotted name; None when it is none of this package, or does not parse."""
        place = self._package.joinpath(*filter(None, name.split(".")))
        files = (
            (place.with_suffix(".py"), place / "__init__.py") if name else (place / "__init__.py",)
        )
        path = next((path for path in files if path.is_file()), None)
        return None if path is None or not self._is_ours(path) else self._read(path)

    def module_of(self, path: Path, text: str) -> Module | None:
        """A module as it would be with that text; None when it does not parse."""
        try:
            return Module(self._name_of(path), path, ast.parse(text))
        except (SyntaxError, ValueError):
            return None

    def classes(self, name: str = "") -> Iterator[ServiceClass]:
        """The classes of one name, or all; modules that do not mention it are not even parsed."""
        for path in self._paths:
            if f"class {name}" in self._text(path):
                module = self._read(path)
                for node in module.tree.body if module else ():
                    if module and isinstance(node, ast.ClassDef) and name in {"", node.name}:
                        yield ServiceClass(module, node)

    def resolve(self, module: Module, name: str) -> ServiceClass | None:
        """The class that ``name`` stands for in a module: defined there, or imported into it."""
        match self.definition(module, name):
            case home, ast.ClassDef() as node:
                return ServiceClass(home, node)
            case _:
                return None

    def definition(self, module: Module, name: str) -> tuple[Module, ast.stmt] | None:
        """The same for whatever is defined: a class or a name, with the module that defines it."""
        for _ in range(_MOST_HOPS):
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef) and node.name == name:
                    return module, node
            alias = definitions_in(module.tree).get(name)
            if alias is not None:
                return module, alias
            origin = self._origin(module, name)
            if origin is None:
                return None
            module, name = origin
        return None

    def alias(self, module: Module, name: str) -> tuple[Module, ast.expr] | None:
        """What a name that is no class of ours stands for, and the module that says so."""
        match self.definition(module, name):
            case home, ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return home, value
        for node in module.tree.body:
            for each in node.names if isinstance(node, ast.ImportFrom) else ():
                # Of the chassis, or of a library.
                if each.asname == name and self._origin(module, name) is None:
                    return module, ast.Name(each.name)
        return None

    def is_model(self, found: ServiceClass) -> bool:
        """Whether it derives from a pydantic model, however many classes lie between."""
        return self._derives(found, _ROOTS, _MOST_HOPS)

    def is_enum(self, found: ServiceClass) -> bool:
        """Whether it is an enumeration."""
        return self._derives(found, _ENUMS, _MOST_HOPS)

    def imports_of(self, module: Module) -> Iterator[str]:
        """The modules of this package that a module imports, with the packages around them."""
        for node in ast.walk(module.tree):
            for target in self._targets(module, node):
                parts = target.split(".")
                yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))

    def _targets(self, module: Module, node: ast.AST) -> Iterator[str]:
        prefix = f"{self._package.name}."
        if (
            isinstance(node, ast.ImportFrom)
            and (origin := self._origin_of(module, node)) is not None
        ):
            for alias in node.names:
                inner = f"{origin}.{alias.name}".removeprefix(".")
                yield inner if self.module(inner) else origin
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(prefix):
                    yield alias.name.removeprefix(prefix)

    def _derives(self, found: ServiceClass, roots: frozenset[str], hops: int) -> bool:
        for base in found.node.bases:
            if last_name(base) in roots:
                return True
            other = self.resolve(found.module, last_name(base))
            if (
                other
                and other.node is not found.node
                and hops
                and self._derives(other, roots, hops - 1)
            ):
                return True
        return False

    def _origin(self, module: Module, name: str) -> tuple[Module, str] | None:
        for node in module.tree.body:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if name == (alias.asname or alias.name):
                        origin = self._origin_of(module, node)
                        source = None if origin is None else self.module(origin)
                        return None if source is None else (source, alias.name)
        return None

    def _origin_of(self, module: Module, node: ast.ImportFrom) -> str | None:
        """The dotted name of what is imported from; None when it is not of this package."""
        if node.level:
            package = module.package
            kept = package[: len(package) - node.level + 1]
            return ".".join([*kept, *([node.module] if node.module else [])])
        root, _, inner = (node.module or "").partition(".")
        return inner if root == self._package.name else None

    def _is_ours(self, path: Path) -> bool:
        return path.relative_to(self._package).parts[0] != "chassis"

    def _read(self, path: Path) -> Module | None:
        if path not in self._modules:
            # In the middle of an edit it does not parse, and what it holds cannot be known.
            self._modules[path] = self.module_of(path, self._text(path))
        return self._modules[path]

    @cached_property
    def _paths(self) -> list[Path]:
        return sorted(filter(self._is_ours, self._package.rglob("*.py")))

    def _text(self, path: Path) -> str:
        if path not in self._texts:
            try:
                self._texts[path] = path.read_text(encoding="utf-8-sig", errors="replace")
            except OSError:
                self._texts[path] = ""
        return self._texts[path]

    def _name_of(self, path: Path) -> str:
        parts = path.relative_to(self._package).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def last_name(node: ast.expr) -> str:
    """``BaseModel`` of ``BaseModel`` and ``pydantic.BaseModel``; empty for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
