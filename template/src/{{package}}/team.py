"""What the team wrote, found by the names of its folders: the chassis never imports it."""

import importlib
from types import ModuleType
from typing import Final

from .chassis.contracts import Settings, discover
from .chassis.observability import Role

FOLDERS: Final = ("tasks", "events", "endpoints")


def folder(name: str) -> ModuleType:
    """One of the team's packages."""
    return importlib.import_module(f"{__package__}.{name}")


def settings_models(role: Role | None) -> list[type[Settings]]:
    """The settings sections that the team's modules declare."""
    # Endpoints bring the web framework along, which other processes do without.
    folders = FOLDERS if role in {None, "api"} else FOLDERS[:2]
    found = {model for name in folders for model in discover(folder(name), type)}
    models = [each for each in found if issubclass(each, Settings) and each is not Settings]
    return sorted(models, key=lambda model: model.section)
