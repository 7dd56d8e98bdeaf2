"""The package of a service, loaded from the template in place."""

import importlib.util
import sys
from functools import cache
from importlib import import_module
from typing import Any, Final

from snapshot import ROOT

# Any name does: the sources import each other relatively.
PACKAGE: Final = "my_service"
SOURCES: Final = ROOT / "template" / "src" / "{{package}}"


# What a module of the template holds is known only once it is loaded.
def room(name: str) -> Any:
    """A room of its chassis, or a module in one."""
    load_package()
    return import_module(f"{PACKAGE}.chassis.{name}")


@cache
def load_package() -> None:
    """Make it importable under ``PACKAGE``. Raises ImportError."""
    spec = importlib.util.spec_from_file_location(
        PACKAGE, SOURCES / "__init__.py", submodule_search_locations=[str(SOURCES)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{SOURCES} holds no package")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
