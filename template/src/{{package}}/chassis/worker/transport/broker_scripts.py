"""The transport's scripts, by file name, as the server knows them."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class BrokerScript:
    """A Lua script and its digest."""

    text: str
    sha: str


@cache
def broker_script(name: str) -> BrokerScript:
    """Read `scripts/<name>.lua`. It runs on its own: the ledger's prelude is not for messages."""
    text = (files(__package__) / "scripts" / f"{name}.lua").read_text("utf-8")
    # The digest names the script; it protects nothing.
    return BrokerScript(text, sha1(text.encode(), usedforsecurity=False).hexdigest())
