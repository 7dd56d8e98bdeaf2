"""Finds the line at which the team goes on writing."""

import re
from dataclasses import replace
from typing import Final

from ..plan import Draft

# The comment in the templates that marks it.
_PLACE_TO_WRITE: Final = re.compile(r"^    # Yours to write", re.MULTILINE)


def with_place_to_write(draft: Draft) -> Draft:
    """The same draft; one that has such a place says so."""
    place = _PLACE_TO_WRITE.search(draft.text)
    if place is None:
        return draft
    line = draft.text.count("\n", 0, place.start()) + 1
    return replace(draft, note="write your code here", line=line)
