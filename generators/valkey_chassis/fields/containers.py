"""Types made of other types: enum, list, set and map."""

from collections.abc import Iterator
from typing import Final

from . import literals, samples
from .constraints import Constraints
from .kinds import GIVEN
from .spec import Import, Kind, Value

ENUM: Final = "enum"
CONTAINERS: Final = {"list": "list", "set": "set", "map": "dict"}
# More members than this make no readable test.
MOST_SAMPLES: Final = 32


def enum_of(choices: tuple[str, ...]) -> Kind:
    """A closed set of words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return text

    return Kind(
        name=ENUM,
        annotation=f"Literal[{', '.join(map(literals.write_text, choices))}]",
        annotation_imports=frozenset({Import("typing", "Literal")}),
        modifiers=GIVEN,
        read=read,
        write=literals.write_text,
        candidates=lambda _limits, _word: choices,
        wrong='"no such choice"',
    )


def container_of(container: str, item: Kind) -> Kind:
    """A list, a set, or a map from text, of items of one kind."""
    builtin = CONTAINERS[container]
    inner = f"str, {item.annotation}" if container == "map" else item.annotation

    def candidates(limits: Constraints, word: str) -> Iterator[list[Value]]:
        count = min(limits.min or 1, MOST_SAMPLES)
        different = samples.fitting(item.candidates(item.preset, word), item.preset, count)
        yield different if container == "set" else [different[0]] * count
        yield []

    return Kind(
        name=f"{container}.{item.name}",
        annotation=f"{builtin}[{inner}]",
        annotation_imports=item.annotation_imports,
        value_imports=item.value_imports,
        modifiers=frozenset({"min", "max", "default"}),
        read=_read_empty,
        write=lambda items: _write_items(container, items, item),
        candidates=candidates,
        wrong='"no such collection"',
        factory=builtin,
        echoes=item.echoes,
        secret=item.secret,
    )


def _read_empty(text: str) -> list[Value]:
    if text != "empty":
        raise ValueError("empty")
    return []


def _write_items(container: str, items: list[Value], item: Kind) -> str:
    written = [item.write(value) for value in items]
    match container:
        case "map":
            pairs = (f'"key_{number}": {value}' for number, value in enumerate(written, start=1))
            return f"{{{', '.join(pairs)}}}"
        case "set":
            return f"{{{', '.join(written)}}}" if written else "set()"
        case _:
            return f"[{', '.join(written)}]"
