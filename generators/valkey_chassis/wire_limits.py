"""Whether the limits of a field leave room for every value that its earlier limits let pass."""

import ast
import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

LOWER: Final = ("gt", "ge")
UPPER: Final = ("lt", "le")
SIZES: Final = ("min_length", "max_length", "max_digits", "decimal_places")
# Without order: whatever differs may refuse, but for these, which may go.
MAY_GO: Final = frozenset({"pattern", "multiple_of"})
# These say nothing about which values are taken.
HARMLESS: Final = frozenset(
    "default default_factory examples description title repr json_schema_extra deprecated".split()
)
_MADE_BY: Final[Mapping[str, Any]] = {
    "Decimal": Decimal,
    "dt.date": dt.date,
    "dt.datetime": dt.datetime,
    "dt.timedelta": dt.timedelta,
    "date": dt.date,
    "datetime": dt.datetime,
    "timedelta": dt.timedelta,
}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only running the module would tell: equal to the same words, without order."""

    source: str

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range, and whether it is left out itself."""

    value: Any
    excluded: bool = False


def limits_of(calls: Iterable[ast.Call]) -> dict[str, Any]:
    """What ``Field(...)`` calls say about values; what cannot be computed stays as its source."""
    return {
        keyword.arg or "**": computed(keyword.value)
        for call in calls
        for keyword in call.keywords
        if keyword.arg not in HARMLESS
    }


def tightened(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Each limit that may refuse what passed before, in words."""
    for names, sign in ((LOWER, 1), (UPPER, -1)):
        if _is_tighter(_bound(before, names, sign), _bound(after, names, sign), sign):
            yield _change(names, before, after)
    for name in SIZES:
        sign = 1 if name == "min_length" else -1
        if _is_tighter(_size(before, name, sign), _size(after, name, sign), sign):
            yield _change((name,), before, after)
    if _whole_digits(after) < _whole_digits(before):
        yield _change(("max_digits", "decimal_places"), before, after)
    ordered = {*LOWER, *UPPER, *SIZES}
    for name in sorted({*before, *after} - ordered):
        is_lifted = name in MAY_GO and name not in after
        if before.get(name) != after.get(name) and not is_lifted:
            yield _change((name,), before, after)


def _bound(limits: Mapping[str, Any], names: tuple[str, str], sign: int) -> Bound | None:
    """The strictest bound on one side; None without one."""
    strict, loose = (
        Bound(limits[name], excluded=name == names[0]) if name in limits else None for name in names
    )
    return strict if _is_tighter(loose, strict, sign) else loose


def _size(limits: Mapping[str, Any], name: str, sign: int) -> Bound | None:
    value = limits.get(name, 0 if sign > 0 else None)
    return None if value is None else Bound(value)


def _is_tighter(before: Bound | None, after: Bound | None, sign: int) -> bool:
    """Whether ``after`` keeps out what ``before`` let in; ``sign`` is 1 for a lower bound."""
    if after is None or after == before:
        return False
    if before is None:
        return True
    try:
        if after.value == before.value:
            return after.excluded and not before.excluded
        return bool(after.value > before.value if sign > 0 else after.value < before.value)
    except TypeError:
        return True


def _whole_digits(limits: Mapping[str, Any]) -> float:
    digits, places = limits.get("max_digits"), limits.get("decimal_places")
    if not isinstance(digits, int):
        return math.inf
    return digits - places if isinstance(places, int) else digits


def _change(names: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return f"{_shown(names, before) or 'no such limit'} became {_shown(names, after) or 'none'}"


def _shown(names: Iterable[str], limits: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={limits[name]}" for name in names if name in limits)


def computed(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand) if isinstance(
            number := computed(operand), int | float
        ):
            return -number
        case ast.Call(func=made) if (make := _MADE_BY.get(ast.unparse(made))) is not None:
            return _made(make, node)
        case _:
            return Unknown(ast.unparse(node))


def _made(make: Any, node: ast.Call) -> Any:
    try:
        named = {each.arg: _argument(each.value) for each in node.keywords if each.arg}
        return make(*map(_argument, node.args), **named)
    except (TypeError, ValueError, ArithmeticError):
        return Unknown(ast.unparse(node))


def _argument(node: ast.expr) -> Any:
    return dt.UTC if ast.unparse(node) in {"dt.UTC", "UTC"} else computed(node)
