"""The keywords of JSON Schema that limit a value, as modifiers of a field spec."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .drawn import escaped

# They say nothing about which values fit.
ANNOTATIONS: Final = frozenset(
    {"$comment", "deprecated", "description", "examples", "readOnly", "title", "writeOnly"}
)
# Said by the probe of a pydantic model, whose own schema leaves these out.
LIMITS: Final = "limits"

_NUMBERS: Final = frozenset({"int", "float", "decimal"})
_ORDER: Final = {
    "minimum": "ge",
    "exclusiveMinimum": "gt",
    "maximum": "le",
    "exclusiveMaximum": "lt",
}
_LENGTHS: Final = {"minLength": "min", "maxLength": "max"}
_SIZES: Final = {
    "list": {"minItems": "min", "maxItems": "max"},
    "set": {"minItems": "min", "maxItems": "max"},
    "map": {"minProperties": "min", "maxProperties": "max"},
}
_DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


def number_type(rest: dict[str, Any]) -> str:
    """``float``, or ``decimal`` when only so many places are allowed: a multiple of 0.01."""
    step = rest.get("multipleOf")
    return "decimal" if isinstance(step, Decimal) and _places(step) is not None else "float"


def modifiers_of(kind: str, rest: dict[str, Any]) -> list[str]:
    """The modifiers of a type; takes the keywords it has understood out of ``rest``."""
    container, _, _ = kind.partition(".")
    found = dict(rest.pop(LIMITS, {}))
    if kind in _NUMBERS:
        found = {**_ordered(kind, rest), **found}
    elif container in _SIZES:
        found |= {mark: rest.pop(key) for key, mark in _SIZES[container].items() if key in rest}
    elif kind in {"str", "secret"}:
        found |= {mark: rest.pop(key) for key, mark in _LENGTHS.items() if key in rest}
    if kind == "decimal" and "multipleOf" in rest and _places(rest["multipleOf"]) is not None:
        found["places"] = _places(rest.pop("multipleOf"))
    if kind == "str" and "pattern" in rest:
        found["pattern"] = rest.pop("pattern")
    return [f"{mark}={escaped(str(value))}" for mark, value in found.items()]


def default_of(kind: str, value: Any) -> str:
    """A default as a spec writes it. Raises ValueError for one that it cannot."""
    match value:
        case [] | {}:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | Decimal() | float():
            return number(kind, value)
        case str() if kind == "duration":
            return _duration(value)
        case str():
            return escaped(value)
        case _:
            message = f"its default {value!r} is not one that a field spec can say"
            raise ValueError(message)


def number(kind: str, value: Any) -> str:
    """A number as the types of numbers read it. Raises ValueError."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        message = f"{value!r} is no number"
        raise ValueError(message) from None
    if kind == "float":
        return repr(float(value))
    return str(int(exact)) if exact == exact.to_integral_value() else f"{exact:f}"


def _ordered(kind: str, rest: dict[str, Any]) -> dict[str, str]:
    return {mark: number(kind, rest.pop(key)) for key, mark in _ORDER.items() if key in rest}


def _places(step: Any) -> int | None:
    """How many places a multiple of ``step`` has, when it says that and nothing more."""
    if not isinstance(step, Decimal) or step.normalize().as_tuple().digits != (1,):
        return None
    exponent = int(step.normalize().as_tuple().exponent)
    return -exponent if exponent < 0 else None


def _duration(text: str) -> str:
    """``PT1H30M`` as ``1h30m``."""
    found = _DURATION.fullmatch(text)
    parts = (
        [f"{count}{unit}" for count, unit in zip(found.groups(), "dhms", strict=True) if count]
        if found
        else []
    )
    if not parts:
        message = f"the duration {text!r} is not in days, hours, minutes and whole seconds"
        raise ValueError(message)
    return "".join(parts)
