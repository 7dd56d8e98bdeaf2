"""Handlers are remembered by their names, so each name is one handler's."""

from pathlib import PurePosixPath

from ..errors import Taken
from ..inventory import known_handlers
from ..project import Project


def check_handler_is_free(project: Project, name: str, own: PurePosixPath) -> None:
    """Refuse a name that another handler has, for a module that is to be made."""
    if (project.root / own).is_file():
        # What is there may have given its handler away.
        return
    for other in known_handlers(project.root / project.events, mentioning=name):
        if other.name == name:
            raise Taken(
                f"the handler {name!r} is defined already, in "
                f"{project.path_of(other.path)}:{other.line}",
                "choose another name",
            )
