"""Where the notes and bases of an item lie."""

from pathlib import PurePosixPath

from .project import Project


def item_path(project: Project, kind: str, name: str) -> PurePosixPath:
    """Where the note of an item lies."""
    return project.items / f"{kind}-{name}.toml"


def accepted_path(project: Project, kind: str, name: str) -> PurePosixPath:
    """Where a module lies as it was when messages of any earlier form had drained."""
    return base_path(project, kind, name, PurePosixPath("accepted"))


def models_path(project: Project, kind: str, name: str) -> PurePosixPath:
    """Where the models of other modules lie that its messages hold, as they were."""
    return base_path(project, kind, name, PurePosixPath("models"))


def base_path(project: Project, kind: str, name: str, path: PurePosixPath) -> PurePosixPath:
    """Where the text of a file lies as gen wrote it: what an edited one is compared with."""
    # Not by its own suffix: formatters, checkers and pytest would take it for source.
    return project.bases / f"{kind}-{name}" / f"{path.name}.base"
