"""The command line of gen: reads arguments, and hands them to the recipe that was asked for."""

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from . import report
from .apply import apply
from .errors import ExitCode, Refusal
from .plan import Plan
from .project import Project
from .recipes import SUMMARIES, Recipe, recipe_for

EXIT_CODES = """\
exit codes:
  0  done, or nothing to do
  2  wrong usage: a name, a field or an option
  3  conflict with what is there
  4  what would be written is not sound
  5  not in a service
Nothing is written unless it is 0."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``arguments`` default to the process's own."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A diff may show letters that the terminal's encoding lacks; standard error does the same.
        sys.stdout.reconfigure(errors="backslashreplace")
    # Only the recipe that was asked for is imported; anything else is --help or a mistake.
    kind = words[0] if words and words[0] in SUMMARIES else _kind(words)
    recipe = recipe_for(kind)
    given = _parser(kind, recipe).parse_intermixed_args(words[1:])
    try:
        return _run(recipe, given)
    except Refusal as refusal:
        if given.json:
            sys.stdout.write(f"{report.refusal_json(refusal)}\n")
        else:
            sys.stderr.write(f"{report.refusal_text(refusal)}\n")
        return refusal.exit_code


def _run(recipe: Recipe, given: argparse.Namespace) -> ExitCode:
    project = Project.find(Path(given.root)) if given.root else Project.find(Path.cwd())
    plan = recipe.plan(project, given)
    writes = bool(plan.creates) and not plan.conflicts and not given.dry_run
    if not given.json:
        _show(plan, given)
    if writes:
        apply(project, plan)
    _conclude(plan, given, written=writes)
    return ExitCode.CONFLICT if plan.conflicts else ExitCode.DONE


def _show(plan: Plan, given: argparse.Namespace) -> None:
    sys.stdout.write(f"{report.plan_text(plan)}\n")
    if given.diff:
        sys.stdout.write(report.diff_text(plan))


def _conclude(plan: Plan, given: argparse.Namespace, *, written: bool) -> None:
    if given.json:
        sys.stdout.write(f"{report.plan_json(plan, written=written)}\n")
    elif plan.conflicts:
        sys.stderr.write(f"{report.conflict_text(plan)}\n")
    elif written:
        sys.stdout.write(f"{report.done_text(plan)}\n")
    elif plan.creates:
        sys.stdout.write("dry run: nothing was written\n")
    else:
        sys.stdout.write("nothing to do\n")


def _kind(words: Sequence[str]) -> str:
    """Let argparse answer --help, a missing kind and a misspelt one; it exits on each of them."""
    listed = "\n".join(f"  {name:<12} {summary}" for name, summary in SUMMARIES.items())
    parser = argparse.ArgumentParser(
        prog="gen",
        usage="gen KIND NAME ...",
        description="Adds typed parts to a service. It only adds files; it never edits one.",
        epilog=f"kinds:\n{listed}\n\ngen KIND --help says more.\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("kind", choices=list(SUMMARIES), metavar="KIND", help=argparse.SUPPRESS)
    kind: str = parser.parse_args(words).kind
    return kind


def _parser(kind: str, recipe: Recipe) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"gen {kind}",
        description=f"Adds {SUMMARIES[kind]}.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    recipe.add_arguments(parser)
    _add_common(parser)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is done")
    group.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
    group.add_argument("--diff", action="store_true", help="show the text of every change too")
    group.add_argument("--json", action="store_true", help="answer in JSON, refusals too")
    group.add_argument("--root", metavar="DIR", help="the service; default: where you are")
