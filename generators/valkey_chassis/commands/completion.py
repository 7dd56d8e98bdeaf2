"""`gen completion SHELL`: a script that completes kinds, commands, options, their words, and items."""

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from typing import Final

from ..project import Project
from ..recipes.task_options import PRIORITIES
from .command import Command, Said
from .completion_scripts import NAMED_KIND, Rule, Rules, bash, fish, zsh

_SCRIPTS: Final = {"bash": bash, "zsh": zsh, "fish": fish}
# What argparse does not know of options: words, or items of a kind.
_BEHIND: Final = (
    Rule(("--priority",), words=PRIORITIES),
    Rule(("--on", "--event"), items="event"),
    Rule(("--task",), items="task"),
)


def act(_: Project, given: Namespace) -> Said:
    """Print it; nothing is installed."""
    return outside(given)


def outside(given: Namespace) -> Said:
    """The same outside of a service: shells start anywhere."""
    script = _SCRIPTS[given.shell](_rules())
    return Said(script, {"script": script})


def _rules() -> Rules:
    # Imported here, since that module imports this room.
    from ..arguments import parser_for
    from ..recipes import SUMMARIES as KINDS
    from . import SUMMARIES as COMMANDS

    parsers = {word: parser_for(word) for word in (*KINDS, *COMMANDS)}
    return Rules(
        behind=(*_BEHIND, *_chosen(parsers)),
        at=(
            Rule(("0-*",), words=tuple(parsers)),
            *_at_places(parsers),
            *(Rule((f"*-{word}",), words=_options(parser)) for word, parser in parsers.items()),
        ),
    )


def _chosen(parsers: Mapping[str, ArgumentParser]) -> Iterator[Rule]:
    """Options whose words argparse does know."""
    known = {
        action.option_strings[0]: tuple(map(str, action.choices))
        for parser in parsers.values()
        for action in _actions(parser)
        if action.option_strings and action.choices is not None
    }
    return (Rule((option,), words=words) for option, words in known.items())


def _at_places(parsers: Mapping[str, ArgumentParser]) -> Iterator[Rule]:
    """Words that argparse knows at a place, and the name of an item behind its kind."""
    for word, parser in parsers.items():
        positionals = [action for action in _actions(parser) if not action.option_strings]
        for place, action in enumerate(positionals, start=1):
            if action.choices is not None:
                words = (*map(str, action.choices), *_options(parser))
                yield Rule((f"{place}-{word}",), words=words)
        if [action.dest for action in positionals[:2]] == ["kind", "name"]:
            yield Rule((f"2-{word}",), items=NAMED_KIND)


def _actions(parser: ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 - argparse has no public way to its options


def _options(parser: ArgumentParser) -> tuple[str, ...]:
    options = (option for action in _actions(parser) for option in action.option_strings)
    return tuple(sorted(option for option in options if option.startswith("--")))


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(_SCRIPTS), metavar="SHELL", help=", ".join(_SCRIPTS))


COMMAND: Final = Command(add_arguments=_arguments, act=act, outside=outside)
