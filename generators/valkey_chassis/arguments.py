"""The parsers of the command line, one for each kind and command."""

import argparse
from typing import Final, NoReturn

from .commands import SUMMARIES as COMMANDS
from .commands import command_for
from .errors import NotesDamaged, UsageRefused
from .item import Item
from .recipes import SUMMARIES as KINDS
from .recipes import recipe_for

EXIT_CODES: Final = """\
exit codes:
  0  done, or nothing to do
  2  wrong usage: a name, a field or an option
  3  conflict with what is there, or drift
  4  what would be written is not sound
  5  not in a service, or in one of a later release
Nothing is written unless it is 0."""


class _Parser(argparse.ArgumentParser):
    """Refuses as everything else here does, so that `--json` is answered in JSON."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageRefused."""
        raise UsageRefused(message, f"{self.prog} --help shows what it takes")


def parser_for(name: str) -> argparse.ArgumentParser:
    """The parser of one kind or command, with the options that all share."""
    is_kind = name in KINDS
    does = f"adds {KINDS[name]}" if is_kind else COMMANDS[name]
    parser = _Parser(
        prog=f"gen {name}",
        # `capitalize` would write all behind the first letter small.
        description=f"{does[0].upper()}{does[1:]}.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if is_kind:
        recipe_for(name).add_arguments(parser)
    else:
        command_for(name).add_arguments(parser)
    group = parser.add_argument_group("how it is done")
    if is_kind or command_for(name).writes:
        group.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
        group.add_argument("--diff", action="store_true", help="show the text of every change too")
        group.add_argument("--no-proof", action="store_true", help="write unchecked, for speed")
        group.add_argument("--keep", action="store_true", help="keep the tree that was checked")
    if is_kind:
        group.add_argument(
            "--no-input", action="store_true", help="refuse what is incomplete, never ask for it"
        )
    group.add_argument("--json", action="store_true", help="answer in JSON, refusals too")
    group.add_argument("--root", metavar="DIR", help="the service; default: where you are")
    return parser


def parse_item(item: Item) -> argparse.Namespace:
    """What the command that made an item said. Raises NotesDamaged."""
    try:
        return parser_for(item.kind).parse_intermixed_args(item.words[1:])
    except UsageRefused as refusal:
        raise NotesDamaged(
            f"the note on {item.title} cannot be what gen wrote: {refusal.problem}",
            "bring it back (git checkout), or use the gen of the release that wrote it",
        ) from refusal


def overview() -> argparse.ArgumentParser:
    """Answers --help, a missing word and a misspelt one."""
    listed = "\n\n".join(
        f"{heading}:\n" + "\n".join(f"  {name:<12} {summary}" for name, summary in rows.items())
        for heading, rows in (("kinds", KINDS), ("commands", COMMANDS))
    )
    parser = _Parser(
        prog="gen",
        usage="gen KIND NAME ... | gen COMMAND ...",
        description=(
            "Adds typed parts to a service, and looks after them.\nOnly field, rename and upgrade "
            "change a file that is there, and they keep your edits."
        ),
        epilog=f"{listed}\n\ngen KIND --help and gen COMMAND --help say more.\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("kind", choices=[*KINDS, *COMMANDS], metavar="KIND", help=argparse.SUPPRESS)
    return parser
