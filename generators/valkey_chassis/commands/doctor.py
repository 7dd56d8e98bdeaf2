"""`gen doctor`: what would trouble gen or the next `copier update`, each with a way out."""

from argparse import ArgumentParser, Namespace
from typing import Final

from ..diagnosis import (
    judge_environment,
    judge_imports,
    judge_made,
    judge_sources,
    judge_updates,
    rehearse_update,
)
from ..errors import ExitCode
from ..project import Project
from ..releases import RELEASE
from .command import Command, Said


def act(project: Project, given: Namespace) -> Said:
    """Every finding, one below the other; exit code 3 when there is one."""
    found = [
        *judge_environment(project),
        *judge_made(project),
        *judge_sources(project),
        *judge_imports(project),
        # The real thing knows more than what can be told without it.
        *(rehearse_update(project, given.to) if given.to else judge_updates(project)),
    ]
    fine = f"gen {RELEASE}, template {project.commit}: nothing found"
    return Said(
        text="\n".join(each.text for each in found) or fine,
        document={
            "release": RELEASE,
            "template": project.commit,
            "findings": [
                {"place": each.place, "problem": each.problem, "way_out": each.way_out}
                for each in found
            ],
        },
        exit_code=ExitCode.CONFLICT if found else ExitCode.DONE,
    )


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        metavar="VERSION_OR_PATH",
        help="rehearse `copier update` to that tag, commit or checkout, in a copy",
    )


COMMAND: Final = Command(add_arguments=_arguments, act=act)
