"""Strict discovery: import every module of a package, in order, and gather what it defines."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import TypeVar

from .errors import DiscoveryFailed

T = TypeVar("T")


def discover(package: ModuleType, kind: type[T]) -> tuple[T, ...]:
    """Every object of ``kind`` that the modules of ``package`` hold, each once.

    Modules are imported in sorted order; those whose name starts with `_` are left out. An import
    error is fatal: a task that silently went missing would fail in production instead.
    Raises DiscoveryFailed, naming the module.
    """
    found: dict[int, T] = {}
    for name in sorted(_module_names(package)):
        for value in vars(_imported(name)).values():
            if isinstance(value, kind):
                found[id(value)] = value
    return tuple(found.values())


def _module_names(package: ModuleType) -> Iterator[str]:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        parts = module.name.removeprefix(f"{package.__name__}.").split(".")
        if not any(part.startswith("_") for part in parts):
            yield module.name


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        message = f"module {name} cannot be imported: {type(error).__name__}: {error}"
        raise DiscoveryFailed(message) from error
