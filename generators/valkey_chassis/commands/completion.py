"""`gen completion SHELL`: a script that completes kinds, commands, options and the names of items."""

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Final

from ..item import ITEM_KINDS
from ..project import Project
from .command import Command, Said

SHELLS: Final = ("bash", "zsh", "fish")
# Items are files, so a shell finds them by itself, without starting Python.
_ITEMS: Final = "$(ls .gen/items 2>/dev/null | sed -n 's/^'\"$kind\"'-\\(.*\\)\\.toml$/\\1/p')"


def act(_: Project, given: Namespace) -> Said:
    """Print it; nothing is installed."""
    scripts = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    script = scripts[given.shell](_words())
    return Said(script, {"script": script})


def _words() -> Mapping[str, list[str]]:
    """Each first word with its options."""
    # Imported here, since that module imports this room.
    from ..arguments import parser_for
    from ..recipes import SUMMARIES as KINDS
    from . import SUMMARIES as COMMANDS

    return {word: _options(parser_for(word)) for word in (*KINDS, *COMMANDS)}


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return sorted(
        option
        for action in parser._actions  # noqa: SLF001 - argparse has no public way to its options
        for option in action.option_strings
        if option.startswith("--")
    )


def _bash(words: Mapping[str, list[str]]) -> str:
    cases = "\n".join(
        f'        {word}) options="{" ".join(options)}" ;;' for word, options in words.items()
    )
    return f"""\
_gen() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} first=${{COMP_WORDS[1]}} kind=${{COMP_WORDS[2]}} options=
    case $first in
{cases}
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$word"))
    elif [ "$COMP_CWORD" -eq 2 ] && case $first in list|show|destroy|upgrade) true ;; *) false ;; esac; then
        COMPREPLY=($(compgen -W "{" ".join(ITEM_KINDS)} $options" -- "$word"))
    elif [ "$COMP_CWORD" -eq 3 ] && case $first in show|destroy|upgrade) true ;; *) false ;; esac; then
        COMPREPLY=($(compgen -W "{_ITEMS}" -- "$word"))
    else
        COMPREPLY=($(compgen -W "$options" -- "$word"))
    fi
}}
complete -F _gen gen"""


def _zsh(words: Mapping[str, list[str]]) -> str:
    return f"autoload -Uz bashcompinit && bashcompinit\n{_bash(words)}"


def _fish(words: Mapping[str, list[str]]) -> str:
    lines = [f'complete -c gen -f -n __fish_use_subcommand -a "{" ".join(words)}"']
    lines += [
        f"complete -c gen -n '__fish_seen_subcommand_from {word}' -l {option.removeprefix('--')}"
        for word, options in words.items()
        for option in options
    ]
    lines.append(
        "complete -c gen -f -n '__fish_seen_subcommand_from show destroy upgrade' "
        "-a \"(ls .gen/items 2>/dev/null | string replace -r '^[a-z]+-(.*)\\.toml$' '$1')\""
    )
    return "\n".join(lines)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


COMMAND: Final = Command(add_arguments=_arguments, act=act)
