"""Asks for what a command needs and was not given; only where somebody sits at a terminal."""

import shlex
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from . import report
from .arguments import parser_for
from .errors import Refusal, UsageRefused
from .project import Project
from .recipes import recipe_for

MOST_ANSWERS: Final = 10
MAX_ANSWER: Final = 1_000


def may_ask(words: Sequence[str]) -> bool:
    """Whether a person reads and types; programs are refused instead."""
    forbidden = {"--no-input", "--json"}.intersection(words)
    return not forbidden and all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout))


def completed(kind: str, words: Sequence[str]) -> Namespace:
    """The command with its missing words, as they were answered.

    Raises the refusal that the words alone earn when something else is wrong with them, or when the
    person leaves.
    """
    given = _lenient(kind).parse_intermixed_args(words)
    missing = [action for action in _required(parser_for(kind)) if not getattr(given, action.dest)]
    if not missing:
        return parser_for(kind).parse_intermixed_args(words)
    project = Project.find(Path(given.root) if given.root else Path.cwd())
    for action in missing:
        try:
            setattr(given, action.dest, _answer(kind, project, action))
        except (EOFError, KeyboardInterrupt):
            _tell("\n")
            raise UsageRefused(
                f"left at the question for {action.metavar}", "nothing was written"
            ) from None
    command = shlex.join(["gen", kind, *_command(kind, words, given, missing)])
    _tell(f"\nthe same without questions:\n  uv run {command}\n\n")
    return given


def _lenient(kind: str) -> ArgumentParser:
    """The parser of a kind that takes a command without its required words."""
    parser = parser_for(kind)
    for action in _required(parser):
        action.required = False
        if not action.option_strings:
            action.nargs = "?"
    return parser


def _required(parser: ArgumentParser) -> list[Action]:
    return [each for each in parser._actions if each.required]  # noqa: SLF001 - there is no public way


def _answer(kind: str, project: Project, action: Action) -> str:
    check = recipe_for(kind).answers.get(action.dest)
    refusal: Refusal = UsageRefused(f"{action.metavar} is needed", str(action.help))
    for _ in range(MOST_ANSWERS):
        _tell(f"{action.metavar} ({action.help}): ")
        answer = _line()
        try:
            if answer and check:
                check(project, answer)
            if answer:
                return answer
        except Refusal as wrong:
            refusal = wrong
            _tell(f"{report.refusal_text(wrong)}\n")
    raise refusal


def _line() -> str:
    """What was typed; empty when that is no text. Raises EOFError at the end of it all."""
    try:
        line = sys.stdin.readline(MAX_ANSWER)
    except UnicodeDecodeError:
        return ""
    if not line:
        raise EOFError
    return line.strip()


def _command(
    kind: str, words: Sequence[str], wanted: Namespace, answered: Sequence[Action]
) -> list[str]:
    """Words that say the same: the answers stand where reading them back gives what was meant."""
    values = {action: str(getattr(wanted, action.dest)) for action in answered}
    named = [[each.option_strings[0], v] for each, v in values.items() if each.option_strings]
    placed = [value for each, value in values.items() if not each.option_strings]
    behind = [word for pair in named for word in pair]
    for place in range(len(words) + 1):
        command = [*words[:place], *placed, *words[place:], *behind]
        try:
            if parser_for(kind).parse_intermixed_args(command) == wanted:
                return command
        except UsageRefused:
            continue
    return [*placed, *words, *behind]


def _tell(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
