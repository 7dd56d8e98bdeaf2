"""The command line of gen: reads arguments, and hands them to the recipe or command asked for."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import report
from .arguments import overview, parser_for
from .commands import SUMMARIES as COMMANDS
from .commands import Said, command_for
from .errors import ExitCode, Refusal, Unreadable, UsageRefused
from .plan import Plan
from .project import Project
from .recipes import SUMMARIES as KINDS
from .recipes import recipe_for

if TYPE_CHECKING:
    from .proof import Proof

# Set, and not empty: as with --no-proof.
NO_PROOF: Final = "GEN_NO_PROOF"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``arguments`` default to the process's own."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A diff may show letters that the terminal's encoding lacks; standard error does the same.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return _run(*_read(words))
    except Refusal as refusal:
        return _refuse(refusal, words)
    except OSError as error:
        problem = f"{error.filename or 'a file'} cannot be read: {error.strerror or error}"
        return _refuse(Unreadable(problem, "nothing was changed; mend it and run gen again"), words)


def _tell(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # As in `gen ... | head`: who reads no further has not asked to write no further.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _read(words: Sequence[str]) -> tuple[str, argparse.Namespace]:
    # Only what was asked for is imported; anything else is --help or a mistake.
    known = words and (words[0] in KINDS or words[0] in COMMANDS)
    first = words if known else [word for word in words if word != "--json"]
    name: str = words[0] if known else overview().parse_args(first).kind
    try:
        return name, parser_for(name).parse_intermixed_args(words[1:])
    except UsageRefused:
        # Imported here because a command is seldom incomplete.
        from .prompts import completed, may_ask

        if name in KINDS and may_ask(words):
            return name, completed(name, words[1:])
        raise


def _refuse(refusal: Refusal, words: Sequence[str]) -> ExitCode:
    # Asked of the words, since they may be what cannot be read.
    if "--json" in words:
        _tell(f"{report.refusal_json(refusal)}\n")
    else:
        sys.stderr.write(f"{report.refusal_text(refusal)}\n")
    return refusal.exit_code


def _run(name: str, given: argparse.Namespace) -> ExitCode:
    if name in COMMANDS and (outside := command_for(name).outside):
        return _answer(outside(given), given)
    # Imported here, as --help and a misspelt option do without it.
    from .apply import recover

    project = Project.find(Path(given.root) if given.root else Path.cwd())
    if recover(project):
        sys.stderr.write("gen: a run that was interrupted has been finished or undone\n")
    if name in KINDS:
        # Imported here because few commands make anything.
        from .recipes.making import plan

        return _carry_out(project, plan(recipe_for(name), project, given), given)
    answer = command_for(name).act(project, given)
    if isinstance(answer, Said):
        return _answer(answer, given)
    return _carry_out(project, answer, given)


def _answer(said: Said, given: argparse.Namespace) -> ExitCode:
    _tell(f"{report.said_json(said.document) if given.json else said.text}\n")
    return said.exit_code


def _carry_out(project: Project, plan: Plan, given: argparse.Namespace) -> ExitCode:
    writes = bool(plan.writes) and not plan.conflicts and not given.dry_run
    if not given.json:
        _show(plan, given)
    proof = _proof(project, plan, given) if writes else None
    if writes:
        from .apply import apply

        apply(project, plan)
    _conclude(plan, given, proof, written=writes)
    return ExitCode.CONFLICT if plan.conflicts else ExitCode.DONE


def _proof(project: Project, plan: Plan, given: argparse.Namespace) -> "Proof | None":
    if given.no_proof or os.environ.get(NO_PROOF):
        return None
    # Imported here: a dry run and a refusal do without it.
    from .proof import prove

    proof = prove(project, plan, keep=given.keep)
    if not given.json and (said := report.proof_text(proof)):
        _tell(f"{said}\n")
    return proof


def _show(plan: Plan, given: argparse.Namespace) -> None:
    _tell(f"{report.plan_text(plan)}\n")
    if given.diff:
        _tell(report.diff_text(plan))


def _conclude(
    plan: Plan, given: argparse.Namespace, proof: "Proof | None", *, written: bool
) -> None:
    if given.json:
        _tell(f"{report.plan_json(plan, proof, written=written, with_diff=given.diff)}\n")
    elif plan.conflicts:
        sys.stderr.write(f"{report.conflict_text(plan)}\n")
    elif written:
        _tell(f"{report.done_text(plan)}\n")
    elif plan.writes:
        _tell("dry run: nothing was written\n")
    else:
        _tell("nothing to do\n")
