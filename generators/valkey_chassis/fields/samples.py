"""Invents values for tests and placeholders: a typical one first, then what limits leave over."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import Any, Final
from uuid import UUID

from . import patterns
from .constraints import Constraints

_DAY: Final = dt.timedelta(days=1)
_SECOND: Final = dt.timedelta(seconds=1)
_MOST: Final = 64


def ints(limits: Constraints, _word: str) -> Iterator[int]:
    """1 when it may be, else the whole numbers beside the limits."""
    yield from (1, 10, 0)
    yield from _beside(limits, 1)
    yield from _more(1, 1)


def floats(limits: Constraints, _word: str) -> Iterator[float]:
    """1.0 when it may be, else what lies beside or between the limits."""
    yield from (1.0, 0.5)
    yield from _beside(limits, 1.0)
    yield from _between(limits)
    for limit in (limits.gt, limits.lt):
        if limit is not None:
            yield math.nextafter(limit, math.inf if limit is limits.gt else -math.inf)
    yield from _more(1.0, 1.0)


def decimals(limits: Constraints, _word: str) -> Iterator[Decimal]:
    """9.99 when it may be, else what lies beside or between the limits, in the form allowed."""
    places = 2 if limits.places is None else limits.places
    step = Decimal(1).scaleb(-places)
    with localcontext(prec=80):
        natural = [Decimal("9.99"), Decimal(1), Decimal("0.5"), Decimal(0)]
        for number in [*natural, *_beside(limits, step), *_between(limits)]:
            yield number
            for rounding in (ROUND_CEILING, ROUND_FLOOR):
                yield number.quantize(step, rounding=rounding)
    yield from _more(Decimal("9.99"), Decimal(1))


def dates(limits: Constraints, _word: str) -> Iterator[dt.date]:
    """A winter's day, or the days beside the limits."""
    first = dt.date(2026, 1, 31)
    yield first
    yield from _beside(limits, _DAY)
    yield from _more(first, _DAY)


def datetimes(limits: Constraints, _word: str) -> Iterator[dt.datetime]:
    """A winter's morning, or the moments beside and between the limits."""
    first = dt.datetime(2026, 1, 31, 8, 30, tzinfo=dt.UTC)
    yield first
    yield from _beside(limits, _SECOND)
    yield from _between(limits)
    yield from _more(first, _DAY)


def durations(limits: Constraints, _word: str) -> Iterator[dt.timedelta]:
    """A minute, or the lengths beside and between the limits."""
    first = dt.timedelta(seconds=60)
    yield first
    yield from _beside(limits, _SECOND)
    yield from _between(limits)
    yield from _more(first, _SECOND)


def bools(_limits: Constraints, _word: str) -> Iterator[bool]:
    """True, then false."""
    yield from (True, False)


def uuids(_limits: Constraints, _word: str) -> Iterator[UUID]:
    """Recognisable ones, as many as a set may need."""
    first = 0x0199F3A0_7B1C_7000_8000_000000000001
    for number in range(_MOST):
        yield UUID(int=first + number)


def texts(limits: Constraints, word: str) -> Iterator[str]:
    """The field's own name in words, fitted to length and pattern."""
    if limits.pattern is not None:
        yield from (word, *patterns.texts_for(limits.pattern))
    least, most = limits.min or 0, 10_000 if limits.max is None else limits.max
    yield word if least <= len(word) <= most else "x" * max(least, min(most, len(word)))
    for number in range(1, _MOST):
        yield f"{word} {number}"
        yield "x" * number


def urls(_limits: Constraints, word: str) -> Iterator[str]:
    """Pages of the domain reserved for examples."""
    page = word.replace(" ", "-")
    yield f"https://example.org/{page}"
    for number in range(1, _MOST):
        yield f"https://example.org/{page}/{number}"


def base64s(_limits: Constraints, _word: str) -> Iterator[str]:
    """``hello``, which is five bytes."""
    yield "aGVsbG8="


def jsons(_limits: Constraints, word: str) -> Iterator[dict[str, str]]:
    """A small object."""
    yield {"note": word}


def fitting(candidates: Iterable[Any], limits: Constraints, count: int = 1) -> list[Any]:
    """The first ``count`` different candidates that keep the limits; fewer when there are none."""
    kept: list[Any] = []
    for candidate in candidates:
        if len(kept) == count:
            break
        if limits.broken_by(candidate) is None and candidate not in kept:
            kept.append(candidate)
    return kept


def _beside(limits: Constraints, step: Any) -> Iterator[Any]:
    offsets = ((limits.ge, 0), (limits.gt, 1), (limits.le, 0), (limits.lt, -1))
    for limit, direction in offsets:
        if limit is not None:
            try:
                yield limit + step * direction
            except OverflowError:
                continue


def _between(limits: Constraints) -> Iterator[Any]:
    low = limits.gt if limits.ge is None else limits.ge
    high = limits.lt if limits.le is None else limits.le
    if low is not None and high is not None:
        try:
            yield low + (high - low) / 2
        except OverflowError:
            return


def _more(first: Any, step: Any) -> Iterator[Any]:
    # For sets, which need different members.
    for number in range(1, _MOST):
        yield first + step * number
