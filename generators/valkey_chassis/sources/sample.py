"""Infers fields from one sample: what its values look like, no more."""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from ..fields import literals
from ..names import snake_case, sounds_secret
from .drawn import Drawn, DrawnField, pointer, refused, spec_of

_URL: Final = re.compile(r"https?://[^\s/]+\S*")


def draw_sample(document: Mapping[str, Any], source: str, skip: Collection[str]) -> Drawn:
    """One field for each key. Raises UsageRefused without one, and for keys that become one name."""
    if not document:
        raise refused(source, "", "an empty object shows no field")
    names: dict[str, str] = {}
    for key in document:
        name = snake_case(key) or key
        if name in names:
            raise refused(
                source,
                pointer(key),
                f"it would be the field {name!r}, as {names[name]!r} would; call one of them otherwise",
            )
        names[name] = key
    fields = tuple(
        DrawnField(name, spec_of(name, _type(name, document[key])), pointer(key))
        for name, key in names.items()
        if name not in skip
    )
    renamed = [f"{key} is {name}" for name, key in names.items() if key != name]
    notices = (f"names were brought into form: {', '.join(renamed)}",) if renamed else ()
    return Drawn(fields, tuple(names), notices)


def _type(name: str, value: Any) -> list[str]:
    match value:
        case None:
            return ["str", "optional"]
        case str() if sounds_secret(name):
            return ["secret"]
        case list():
            return [f"list.{_common(value)}"]
        case dict():
            kind = _common(list(value.values()))
            return ["json"] if kind == "json" else [f"map.{kind}"]
        case _:
            return [_scalar(value)]


def _common(values: list[Any]) -> str:
    """The type of all of them; json when they differ, are made of others, or are none."""
    kinds = {
        "json" if isinstance(value, dict | list | None) else _scalar(value) for value in values
    }
    if kinds == {"int", "float"}:
        return "float"
    return kinds.pop() if len(kinds) == 1 else "json"


def _scalar(value: Any) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case Decimal():
            return "float"
        case _:
            return next((kind for kind, looks in _TEXTS.items() if looks(value)), "str")


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def looks(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return looks


# Asked in this order. A moment without an offset stays text: no model here would take it.
_TEXTS: Final[dict[str, Callable[[str], bool]]] = {
    "uuid": _reads(literals.read_uuid),
    "date": _reads(literals.read_date),
    "datetime": _reads(literals.read_datetime),
    "url": lambda text: _URL.fullmatch(text) is not None,
}
