"""A service asks for what it imports, in the versions that this repository tests with."""

import ast
import re
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from snapshot import ROOT
from tree import package_of

# Installed as this repository itself.
OWN = {"valkey-chassis"}
# Rooms and modules that run in development alone, so the development group is theirs too.
DEVELOPMENT_ROOMS = {"dev", "testing"}
# Several distributions share one namespace; the first prefix that fits decides.
OPENTELEMETRY = {
    "opentelemetry.exporter": "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry.sdk": "opentelemetry-sdk",
    "opentelemetry": "opentelemetry-api",
}
# Imported, and left to the distribution that pins it.
LEFT_TO_ANOTHER = {"pydantic-core": "pydantic", "kombu": "celery", "billiard": "celery"}


# What TOML holds depends on the file; it is looked into here alone.
def project_at(path: Path) -> dict[str, Any]:
    """Return the parsed pyproject.toml."""
    return tomllib.loads((path / "pyproject.toml").read_text(encoding="utf-8"))


def asked_for(path: Path) -> set[str]:
    """Every requirement of the project at `path`, dependency groups included."""
    project = project_at(path)
    groups = [line for group in project["dependency-groups"].values() for line in group]
    return {
        *project["project"]["dependencies"],
        *(line for line in groups if isinstance(line, str)),
    }


def names(requirements: set[str]) -> set[str]:
    """Distributions, without their versions."""
    return {re.split(r"[<>=\[ ]", line)[0] for line in requirements}


def imported_by(module: Path) -> set[str]:
    """Distributions that the module imports, wherever in it, without the standard library."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
    return {distribution_of(name) for name in found} - {""}


def distribution_of(module: str) -> str:
    """Distribution of an importable name, or nothing for the standard library."""
    for prefix, distribution in OPENTELEMETRY.items():
        if module.startswith(prefix):
            return distribution
    top = module.split(".", maxsplit=1)[0]
    if top in sys.stdlib_module_names:
        return ""
    return packages_distributions()[top][0].lower().replace("_", "-")


def test_one_environment_serves_every_rendered_suite(rendered: Callable[[str], Path]) -> None:
    assert asked_for(rendered("full")) - asked_for(ROOT) - OWN == set()


def test_this_repository_tests_with_nothing_that_services_lack(
    rendered: Callable[[str], Path],
) -> None:
    only_here = names(asked_for(ROOT) - asked_for(rendered("full")))

    assert only_here == {"copier", "jinja2"}


def test_every_import_is_asked_for(rendered: Callable[[str], Path]) -> None:
    service = rendered("full")
    package = package_of(service)
    running = names(set(project_at(service)["project"]["dependencies"])) | set(LEFT_TO_ANOTHER)
    developing = names(asked_for(service)) | set(LEFT_TO_ANOTHER)

    missing = {
        path.relative_to(package).as_posix(): lacking
        for path in package.rglob("*.py")
        if (
            lacking := imported_by(path)
            - (developing if DEVELOPMENT_ROOMS & {*path.parts, path.stem} else running)
        )
    }

    assert missing == {}


def test_every_runtime_dependency_is_imported(rendered: Callable[[str], Path]) -> None:
    service = rendered("full")
    modules = package_of(service).rglob("*.py")
    imported = {name for path in modules for name in imported_by(path)}

    asked = names(set(project_at(service)["project"]["dependencies"]))

    assert asked - imported == set()
