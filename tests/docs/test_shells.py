"""Every documented gen command, copied as it stands, says the same in bash, zsh and fish."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import documenting
from page import Page
from snapshot import ROOT
from valkey_chassis.arguments import parser_for
from valkey_chassis.commands import SUMMARIES as COMMANDS
from valkey_chassis.recipes import SUMMARIES as KINDS

# What a shell does with a command that somebody types, and how it hands on the words of it.
SHELLS = {
    # As typed: with the user's comments and expansions, but none of the user's own settings.
    "bash": (["--norc", "-i", "-c"], "{name}() {{ printf '%s\\0' \"$@\"; }}\n"),
    "zsh": (["-f", "-i", "-c"], "{name}() {{ printf '%s\\0' \"$@\"; }}\n"),
    "fish": (["--no-config", "-c"], "function {name}; printf '%s\\0' $argv; end\n"),
}
HOW_TO_GET_IT = "install it with the system's package manager (Debian: apt-get install {})"
# Not a command that stands alone: it has NAMES for the reader to fill in, dots, or a pipe.
TO_FILL_IN = re.compile(r"(?<!\S)\[?[A-Z]{2,}\]?(?!\S)|\.\.\.|\{\{|\|")


def pages() -> Iterator[Page]:
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *documenting.pages()):
        yield Page(path)
    for path in sorted((ROOT / "template").glob("*.md.jinja")):
        yield Page(path)


def documented(page: Page) -> Iterator[str]:
    """Commands of blocks and of lines, and field specs that are quoted because shells would read them."""
    for block in page.blocks():
        for line in block.text.replace("\\\n", "\0").splitlines():
            if re.match(r"(uv run )?gen [a-z]", line):
                yield line.replace("\0", "\\\n")
    for code in re.findall(r"`([^`\n]+)`", page.prose):
        # A kind or a command alone names itself.
        if re.match(r"(uv run )?gen [a-z]", code) and code.split()[-1] not in {*KINDS, *COMMANDS}:
            yield code
        elif re.fullmatch(r"'\w+:[^']+'", code):
            yield f"gen task send_invoice {code}"


def commands() -> list[str]:
    found = {command for page in pages() for command in documented(page)}
    return sorted(command for command in found if not TO_FILL_IN.search(command))


def words_of(command: str) -> list[str]:
    """The words that its writer meant: the line after a backslash goes on with this one."""
    return shlex.split(command.replace("\\\n", ""), comments=True)


def words_in(shell: str, program: str, command: str, folder: Path) -> list[str]:
    """The words that the program in front of the command is given."""
    flags, stub = SHELLS[shell]
    name = command.split(maxsplit=1)[0]
    done = subprocess.run(
        [program, *flags, stub.format(name=name) + command],
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("shell", SHELLS)
def test_documented_commands_are_the_same_in_every_shell(
    shell: str, tmp_path: Path, require_program: Callable[[str, str], str]
) -> None:
    program = require_program(shell, HOW_TO_GET_IT.format(shell))

    differing = {
        command: words
        for command in commands()
        if (words := words_in(shell, program, command, tmp_path)) != words_of(command)[1:]
    }

    assert differing == {}


@pytest.mark.parametrize("command", commands())
def test_documented_commands_are_ones_that_gen_takes(command: str) -> None:
    words = words_of(command)
    kind, *rest = words[3:] if words[0] == "uv" else words[1:]

    parser_for(kind).parse_intermixed_args(rest)


def test_the_documentation_has_such_commands() -> None:
    assert len(commands()) >= 10
