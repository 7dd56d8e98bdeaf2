"""The reference table of a service's commands, read from the template in place."""

from collections.abc import Iterator
from importlib import import_module

import click

from markdown import code, table
from template_package import PACKAGE, load_package


def commands() -> Iterator[str]:
    """Every command of the service's command line, with its arguments and options."""
    return table(
        ("Command", "Arguments and options", "What it does"),
        (
            (
                code(" ".join(words)),
                ", ".join(_parameters(command)),
                command.get_short_help_str(300),
            )
            for words, command in _commands(_command_line(), ())
            if not isinstance(command, click.Group)
        ),
    )


def command_words() -> dict[str, set[str]]:
    """First words of the commands, each with the second words that it takes."""
    found: dict[str, set[str]] = {}
    for (first, *rest), _ in _commands(_command_line(), ()):
        found.setdefault(first, set()).update(rest)
    return found


def _command_line() -> click.Group:
    load_package()
    group: click.Group = import_module(f"{PACKAGE}.cli").cli
    return group


def _commands(
    group: click.Group, words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*words, name))


def _parameters(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            metavar = parameter.make_metavar(click.Context(command))
            takes_value = not (parameter.is_flag or parameter.count)
            text = f"{parameter.opts[-1]} {metavar}" if takes_value else parameter.opts[-1]
            about = (parameter.help or "").rstrip(".")
            yield f"{code(text)} ({about})" if about else code(text)
        else:
            yield code(parameter.make_metavar(click.Context(command)))
