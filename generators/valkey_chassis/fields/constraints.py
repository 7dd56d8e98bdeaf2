"""The limits a field may carry, and whether a value keeps them, as pydantic would judge it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Limits of order (gt, ge, lt, le), length (min, max), decimal form, and pattern."""

    # Limits of order are of the field's own type: numbers, dates, durations.
    gt: Any = None
    ge: Any = None
    lt: Any = None
    le: Any = None
    min: int | None = None
    max: int | None = None
    digits: int | None = None
    places: int | None = None
    pattern: str | None = None

    @property
    def limits(self) -> dict[str, Any]:
        """The limits of order that are set."""
        pairs = {"gt": self.gt, "ge": self.ge, "lt": self.lt, "le": self.le}
        return {name: value for name, value in pairs.items() if value is not None}

    def broken_by(self, value: Any) -> str | None:
        """The first modifier that ``value`` breaks, None when it keeps them all."""
        return next(self._broken(value), None)

    def _broken(self, value: Any) -> Iterator[str]:
        if self.gt is not None and not value > self.gt:
            yield "gt"
        if self.ge is not None and not value >= self.ge:
            yield "ge"
        if self.lt is not None and not value < self.lt:
            yield "lt"
        if self.le is not None and not value <= self.le:
            yield "le"
        if self.min is not None and len(value) < self.min:
            yield "min"
        if self.max is not None and len(value) > self.max:
            yield "max"
        if isinstance(value, Decimal):
            yield from self._broken_form(value)
        if self.pattern is not None and not patterns.matches(self.pattern, value):
            yield "pattern"

    def _broken_form(self, value: Decimal) -> Iterator[str]:
        digits, places = decimal_form(value)
        if self.digits is not None and digits > self.digits:
            yield "digits"
        if self.places is not None and places > self.places:
            yield "places"
        if self.digits is not None and self.places is not None:
            whole, allowed = max(digits - places, 0), max(self.digits - self.places, 0)
            if whole > allowed:
                yield "digits"


def decimal_form(value: Decimal) -> tuple[int, int]:
    """How many digits a number has, and how many of them after the point, zeros trimmed."""
    _, digits, exponent = value.normalize().as_tuple()
    power = int(exponent)
    if power >= 0:
        return len(digits) + power, 0
    return max(len(digits), -power), -power
