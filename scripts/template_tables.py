"""Reference tables about the template and the generator: questions, kinds, field types, options."""

import argparse
from collections.abc import Iterator
from typing import Any

import yaml

from markdown import code, table
from snapshot import ROOT
from valkey_chassis.commands import SUMMARIES as COMMANDS
from valkey_chassis.fields.kinds import SCALARS
from valkey_chassis.recipes import SUMMARIES, recipe_for


def questions() -> Iterator[str]:
    """What `copier copy` asks; hidden questions are none."""
    asked = {
        name: question
        for name, question in _configuration().items()
        if not name.startswith("_") and question.get("when", True)
    }
    return table(
        ("Name", "Asks", "Default", "Choices"),
        (
            (code(name), question["help"], _default(question), _choices(question))
            for name, question in asked.items()
        ),
    )


def generator_kinds() -> Iterator[str]:
    """What `gen` can add."""
    return table(
        ("Kind", "What it adds"), ((code(kind), about) for kind, about in SUMMARIES.items())
    )


def generator_commands() -> Iterator[str]:
    """What `gen` does with what it has made."""
    return table(
        ("Command", "What it does"), ((code(name), about) for name, about in COMMANDS.items())
    )


def generator_types() -> Iterator[str]:
    """The types of a field that stand alone."""
    return table(
        ("Type", "In the model", "Modifiers"),
        (
            (code(kind.name), code(kind.annotation), ", ".join(map(code, sorted(kind.modifiers))))
            for kind in SCALARS.values()
        ),
    )


def generator_options() -> Iterator[str]:
    """The options of each kind; those that all kinds share are on the page itself."""
    return table(
        ("Kind", "Option", "Meaning"),
        (
            (code(kind), code(_usage(option)), option.help or "")
            for kind in SUMMARIES
            for option in _options(kind)
        ),
    )


def _configuration() -> dict[str, Any]:
    # Questions hold whatever Copier allows. Its file may be several documents, joined by tags of
    # its own; the first of ours holds hidden words only.
    text = (ROOT / "copier.yml").read_text(encoding="utf-8").replace("!include", "included:")
    documents = [document for document in yaml.safe_load_all(text) if document]
    return {
        name: value
        for document in documents
        for name, value in document.items()
        if name != "included"
    }


def _default(question: dict[str, Any]) -> str:
    default = question.get("default", "")
    if isinstance(default, list):
        return ", ".join(map(str, default)) or "none"
    return "derived from the answers before" if "{{" in str(default) else str(default)


def _choices(question: dict[str, Any]) -> str:
    choices = question.get("choices", [])
    if isinstance(choices, dict):
        return ", ".join(f"{code(value)} ({label})" for label, value in choices.items())
    return ", ".join(map(code, choices))


def _options(kind: str) -> list[argparse.Action]:
    parser = argparse.ArgumentParser(add_help=False)
    recipe_for(kind).add_arguments(parser)
    # argparse has no public way to list what was added.
    return [action for action in parser._actions if action.option_strings]  # noqa: SLF001


def _usage(option: argparse.Action) -> str:
    name = option.option_strings[-1]
    if option.nargs == 0:
        return name
    return f"{name} {option.metavar}" + ("..." if option.nargs == "+" else "")
