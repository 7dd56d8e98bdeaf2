"""Whether the fields of a cron expression are such as the scheduler of a service takes."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple


class _Field(NamedTuple):
    name: str
    least: int
    most: int
    # The first of them is `least`.
    words: tuple[str, ...] = ()
    # What else it takes, such as the last day of a month.
    special: str = "(?!)"


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31, special="LW?"),
    _Field("month", 1, 12, tuple("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split())),
    _Field("weekday", 0, 7, tuple("SUN MON TUE WED THU FRI SAT".split()), "[0-7](L|#[1-5])"),
)
# 5, 1-5, *, and each of them in steps.
_TERM: Final = re.compile(r"(?:\*|([0-9]+|[A-Z]+)(?:-([0-9]+|[A-Z]+))?)(?:/0*[1-9][0-9]{0,3})?")


def cron_of(fields: Sequence[str]) -> str:
    """The expression. Raises ValueError with what the first wrong field may be."""
    for field, text in zip(_FIELDS, fields, strict=True):
        if not all(_is_sound(field, term) for term in text.upper().split(",")):
            words = f" or {field.words[0]}-{field.words[-1]}" if field.words else ""
            raise ValueError(
                f"as {field.name} {field.least}-{field.most}{words}, and *, lists, ranges and steps, "
                f"where {text!r} is"
            )
    return " ".join(fields)


def _is_sound(field: _Field, term: str) -> bool:
    if re.fullmatch(field.special, term):
        return True
    found = _TERM.fullmatch(term)
    if found is None:
        return False
    numbers = [_number(field, each) for each in found.groups() if each is not None]
    return all(field.least <= each <= field.most for each in numbers) and numbers == sorted(numbers)


def _number(field: _Field, text: str) -> int:
    if text.isdigit():
        return int(text)
    return field.words.index(text) + field.least if text in field.words else field.most + 1
