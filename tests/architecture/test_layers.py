"""Imports point down: edges never meet, contracts import nothing of ours, the chassis discovers."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from snapshot import ROOT

SOURCES = ROOT / "template" / "src" / "{{package}}"

ADAPTERS = {"stores", "observability"}
BELOW_EDGES = {"policies", *ADAPTERS, "contracts"}
EDGES = ("api", "worker", "messaging", "dev")
ROOMS_BELOW: dict[str, set[str]] = {
    "contracts": set(),
    "stores": {"contracts"},
    "observability": {"contracts"},
    "policies": {*ADAPTERS, "contracts"},
    **dict.fromkeys(EDGES, BELOW_EDGES),
    # Composes the options of every room; imported by the composition root alone.
    "settings": {*EDGES, *BELOW_EDGES},
    "testing": {*EDGES, *BELOW_EDGES, "settings"},
}
# The team's folders see the face of the chassis, and those to their right.
YOURS_BELOW: dict[str, set[str]] = {
    "endpoints": {"tasks", "events"},
    "tasks": {"events"},
    "events": set(),
}


def module_name(path: Path) -> tuple[str, ...]:
    """`chassis/stores/keys.py` as ("chassis", "stores", "keys"); a package is named by its folder."""
    parts = path.relative_to(SOURCES).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


@cache
def modules() -> dict[tuple[str, ...], tuple[Path, ast.Module]]:
    """Every module of the template's package, parsed."""
    return {
        module_name(path): (path, ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(SOURCES.rglob("*.py"))
        if "__pycache__" not in path.parts
    }


def imports_of(name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Modules of ours that `name` imports, at its top or inside of functions."""
    path, tree = modules()[name]
    package = name if path.name == "__init__.py" else name[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            origin = package[: len(package) - node.level + 1]
            origin += tuple(node.module.split(".")) if node.module else ()
            for alias in node.names:
                yield (*origin, alias.name) if (*origin, alias.name) in modules() else origin


def room_of(name: tuple[str, ...]) -> str:
    """Room of a chassis module; the face and modules beside the rooms have none."""
    return name[1] if name[:1] == ("chassis",) and len(name) > 1 and name[1] in ROOMS_BELOW else ""


def is_composition_root(name: tuple[str, ...]) -> bool:
    """Tell whether the module puts rooms together: app.py, cli.py, and the folders beside them."""
    return bool(name) and name[0] != "chassis" and name[0] not in YOURS_BELOW


def offences(name: tuple[str, ...]) -> list[str]:
    """Imports of the module that do not point down."""
    return [".".join(target) for target in imports_of(name) if not points_down(name, target)]


def points_down(name: tuple[str, ...], target: tuple[str, ...]) -> bool:
    """Tell whether `name` may import `target`."""
    if name[0] in YOURS_BELOW:
        return target == ("chassis",) or target[:1] == name[:1] or target[0] in YOURS_BELOW[name[0]]
    if name[0] != "chassis":  # app.py and its neighbours, the composition root
        return target[:1] not in {(folder,) for folder in YOURS_BELOW}
    if target[:1] != ("chassis",):
        return False
    room = room_of(name)
    if room == "testing":
        return True
    return not room or room_of(target) in {room, *ROOMS_BELOW[room]}


@pytest.mark.parametrize("name", [name for name in modules() if name], ids=".".join)
def test_imports_point_down(name: tuple[str, ...]) -> None:
    assert offences(name) == []


def test_every_folder_of_the_chassis_is_a_known_room() -> None:
    folders = {name[1] for name in modules() if len(name) > 2 and name[0] == "chassis"}

    assert folders <= set(ROOMS_BELOW)


def test_nothing_imports_the_composition_root() -> None:
    root = {name for name in modules() if is_composition_root(name)}

    importers = [name for name in modules() if name not in root and root & set(imports_of(name))]

    assert importers == []


def test_settings_are_read_by_the_composition_root_alone() -> None:
    importers = {
        name
        for name in modules()
        if room_of(name) not in {"settings", "testing"}
        and any(room_of(target) == "settings" for target in imports_of(name))
    }

    assert [name for name in importers if not is_composition_root(name)] == []


def test_there_are_no_cycles() -> None:
    edges = {name: {t for t in imports_of(name) if t != name} for name in modules()}

    while leaves := {name for name, targets in edges.items() if not targets & set(edges)}:
        edges = {name: targets for name, targets in edges.items() if name not in leaves}

    assert sorted(".".join(name) for name in edges) == []


def test_sources_name_their_own_package_nowhere() -> None:
    absolute: defaultdict[str, set[str]] = defaultdict(set)
    ours = {
        "chassis",
        "demo_service",
        "app",
        "commands",
        "processes",
        "tasks",
        "events",
        "endpoints",
    }
    for name, (_, tree) in modules().items():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            absolute[".".join(name)] |= {n for n in names if n.split(".")[0] in ours}

    assert {name: found for name, found in absolute.items() if found} == {}


@pytest.mark.parametrize(
    ("importer", "target", "allowed"),
    [
        ("chassis.worker.execute", "chassis.policies.retry", True),
        ("chassis.worker.execute", "chassis.api.routes", False),
        ("chassis.api.routes", "chassis.messaging.publisher", False),
        ("chassis.policies.retry", "chassis.stores.keys", True),
        ("chassis.policies.retry", "chassis.worker.execute", False),
        ("chassis.stores.keys", "chassis.observability.logs", False),
        ("chassis.contracts.errors", "chassis.stores.keys", False),
        ("chassis.worker.execute", "chassis.settings", False),
        ("chassis.worker.execute", "chassis", False),
        ("chassis.worker.discovery", "tasks.deliver_webhook", False),
        ("chassis.testing.plugin", "app", False),
        ("chassis.testing.plugin", "chassis.worker", True),
        ("tasks.deliver_webhook", "chassis", True),
        ("tasks.deliver_webhook", "chassis.policies", False),
        ("tasks.deliver_webhook", "events.webhook_delivered", True),
        ("events.webhook_delivered", "tasks.deliver_webhook", False),
        ("endpoints.hooks", "tasks.deliver_webhook", True),
        ("app", "chassis.worker", True),
        ("app", "tasks.deliver_webhook", False),
    ],
)
def test_the_rule_itself(importer: str, target: str, *, allowed: bool) -> None:
    assert points_down(tuple(importer.split(".")), tuple(target.split("."))) is allowed
