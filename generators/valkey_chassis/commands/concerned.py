"""Other items that a change of a model concerns, and what to do about each."""

from collections.abc import Iterator, Mapping, Sequence

from ..errors import UsageRefused
from ..fields import parse_fields
from ..item import Item
from ..models import ServiceModels
from ..project import Project
from ..references import items_made_for


def whom_it_concerns(
    project: Project, item: Item, specs: Mapping[str, Sequence[str]], models: ServiceModels
) -> Iterator[str]:
    """What to say of them when ``specs`` take the place of those that the item has."""
    now = _required(specs["fields"], models)
    try:
        was = _required(item.specs.get("fields", ()), models)
    except UsageRefused:
        # A model that it named is not there any more: it takes another one now.
        was = {}
    # Their tests give what was required before, and is not any more, or the reverse.
    is_given_otherwise = {spec for spec in was if was[spec]} != {spec for spec in now if now[spec]}
    others = list(items_made_for(project, item))
    for other in others if is_given_otherwise else ():
        yield f"{other.title} uses it: uv run gen upgrade {other.title}"
    for other in (*others, item):
        if other.kind == "poller" and was != now:
            yield (
                f"{other.title} knows a finding again by all that it says, so what is listed is published "
                f"once more; `identity` in {other.module} can leave fields out"
            )


def _required(specs: Sequence[str], models: ServiceModels) -> dict[str, bool]:
    return {field.spec: field.required for field in parse_fields(specs, models)}
