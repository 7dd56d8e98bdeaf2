"""What was drawn from a source: field specs, and where in it each of them came from."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import UsageRefused


@dataclass(frozen=True, slots=True)
class DrawnField:
    """One spec and its place in the source, as a JSON pointer."""

    name: str
    spec: str
    pointer: str

    @property
    def way_out(self) -> str:
        """What helps whatever is wrong with it."""
        return f"or give it yourself: {self.name}:TYPE on the command line wins"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The fields of a source, the order of all its names, and what is worth saying."""

    fields: tuple[DrawnField, ...]
    order: tuple[str, ...]
    notices: tuple[str, ...] = ()


def pointer(*steps: str | int) -> str:
    """A JSON pointer: ``/properties/a~1b``."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def escaped(value: str) -> str:
    """A value as it stands in a spec. Raises ValueError for one that no spec can hold."""
    if value.endswith("\\"):
        message = "it ends with a backslash, which a field spec would read as part of a colon"
        raise ValueError(message)
    return value.replace(":", "\\:")


def refused(source: str, place: str, problem: str, way_out: str = "") -> UsageRefused:
    """A refusal that names the place in the source."""
    return UsageRefused(f"{source}#{place}: {problem}", way_out)


def spec_of(name: str, parts: Iterable[str]) -> str:
    """``name:part:part``."""
    return ":".join([name, *parts])
