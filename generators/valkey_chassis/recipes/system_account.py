"""The credits that a scheduled task spends: those of the service's own user, who has none at first."""

from typing import Final

from ..project import Project
from .task_options import TaskOptions

# What the command grants; the team changes the number.
_RUNS: Final = 1_000


def grant_command(project: Project, task: str, options: TaskOptions) -> str:
    """The command that opens its account; empty where no schedule pays."""
    if not options.schedule or options.credits is None:
        return ""
    credit_type = options.credit_type or task
    return (
        f"uv run {project.slug} credits grant {credit_type} {options.credits * _RUNS} --user system "
        f"--grant-id {task}-1"
    )


def grant_notice(project: Project, task: str, options: TaskOptions) -> str:
    """What to say of it when the task is made; empty where no schedule pays."""
    command = grant_command(project, task, options)
    return command and (
        "the user system pays for what its schedule submits, and is refused (402) until it has "
        f"credits; for {_RUNS} runs: {command}"
    )
