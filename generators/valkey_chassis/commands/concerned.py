"""Other items that a change of a model concerns, and what to do about each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..fields import parse_fields
from ..item import Item, items
from ..models import ServiceModels
from ..project import Project

# The option by which an item of another kind names the one that changes.
_REFERS: Final = {"endpoint": "task", "listener": "on", "poller": "event"}


def whom_it_concerns(
    project: Project, item: Item, specs: Mapping[str, Sequence[str]], models: ServiceModels
) -> Iterator[str]:
    """What to say of them when ``specs`` take the place of those that the item has."""
    was, now = (
        {field.spec: field.required for field in parse_fields(words, models)}
        for words in (item.specs.get("fields", ()), specs["fields"])
    )
    # Their tests give what was required before, and is not any more, or the reverse.
    is_given_otherwise = {spec for spec in was if was[spec]} != {spec for spec in now if now[spec]}
    name = item.messages.stem if item.kind == "poller" and item.messages else item.name
    for other in items(project):
        is_itself = other.title == item.title
        refers = other.options.get(_REFERS.get(other.kind, "")) == name
        if refers and is_given_otherwise and not is_itself:
            yield f"{other.title} uses it: uv run gen upgrade {other.title}"
        if other.kind == "poller" and (refers or is_itself) and was != now:
            yield (
                f"{other.title} knows a finding again by all that it says, so what is listed is published "
                f"once more; `identity` in {other.module} can leave fields out"
            )
