"""Which release this gen is of, and whether a service is of a later one."""

import re
from typing import Final

# The version in pyproject.toml; asked of the installed package it would cost each run 20 ms.
RELEASE: Final = "0.1.0"
_RELEASE: Final = re.compile(r"v?([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})")

SYNC: Final = (
    "uv sync brings the gen that the service pins; where it does not, "
    "uv lock --upgrade-package valkey-chassis first"
)


def is_later(commit: str, than: str = RELEASE) -> bool:
    """Whether a tag, or what `git describe` says of a commit behind one, is of a later release.

    A bare commit says nothing, so it is not.
    """
    theirs, ours = _RELEASE.match(commit), _RELEASE.match(than)
    if theirs is None or ours is None:
        return False
    return [int(part) for part in theirs.groups()] > [int(part) for part in ours.groups()]
