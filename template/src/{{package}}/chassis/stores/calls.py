"""One definition of a script call that sync and async code both run."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Generic, TypeVar

from .failures import raise_failure

T = TypeVar("T")

# Valkey's reply to a script: text, a number, nothing, or a list of such.
Reply = Any

_NEEDS: Final = re.compile(r"^-- needs: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script and its digest, as the server names it."""

    text: str
    sha: str


@cache
def load_script(name: str) -> Script:
    """Read `scripts/<name>.lua`, behind those of `scripts/parts` that its line `-- needs:` names.

    A part may need others, each of which is read once. A script carries only what it uses: the
    server runs through all of it at every call. A first line `#!lua` with the script's flags stays
    the first.
    """
    folder = files(__package__) / "scripts"
    text = (folder / f"{name}.lua").read_text("utf-8")
    parts: dict[str, str] = {}
    _gather(folder / "parts", text, parts)
    flags, _, body = text.partition("\n") if text.startswith("#!") else ("", "", text)
    text = "\n".join((*((flags,) if flags else ()), *parts.values(), body))
    # The digest names the script; it protects nothing.
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def _gather(folder: Traversable, text: str, parts: dict[str, str]) -> None:
    """Add what a text needs to the parts, and before each of these what it needs itself."""
    needs = _NEEDS.search(text)
    for name in needs[1].split() if needs else ():
        if name not in parts:
            part = folder.joinpath(f"{name}.lua").read_text("utf-8")
            _gather(folder, part, parts)
            parts[name] = part


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One script with its keys (all of one slot), its arguments, and how to read the reply.

    Every call may be sent twice: identifiers made by the caller let the script recognise a resend.
    One that ``ends`` something goes before others that wait with it: what it ends would else be
    done again, should the process die. A durable one is answered when the server has on disk what
    it wrote.
    """

    script: Script
    keys: tuple[str, ...]
    arguments: tuple[str, ...]
    parse: Callable[[Reply], T]
    ends: bool = False
    is_durable: bool = False

    # Not by the client's own methods: what they add to a script call is checks of keywords.
    def by_digest(self) -> tuple[Any, ...]:
        """The command, for a server that has the script."""
        return ("EVALSHA", self.script.sha, str(len(self.keys)), *self.keys, *self.arguments)

    def in_full(self) -> tuple[Any, ...]:
        """The command that brings the script along: a restart or failover has emptied its cache."""
        return ("EVAL", self.script.text, str(len(self.keys)), *self.keys, *self.arguments)


def parsed(call: Call[T], reply: Reply) -> T:
    """Read a reply of a store's `replies`, or raise the error that it is."""
    if isinstance(reply, Exception):
        raise_failure(reply)
    return call.parse(reply)
