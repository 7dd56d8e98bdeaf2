"""Reads values from the words of the command line and writes them as Python source."""

import datetime as dt
import json
import math
import re
from decimal import Decimal
from typing import Final
from uuid import UUID

MAX_TEXT: Final = 60
MAX_DIGITS: Final = 30

_INT: Final = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}")
_FLOAT: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?")
_DECIMAL: Final = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,{MAX_DIGITS}}})?")
_DURATION: Final = re.compile(r"([0-9]{1,6}(ms|s|m|h|d))+")
_DURATION_PART: Final = re.compile(r"([0-9]+)(ms|s|m|h|d)")
_URL: Final = re.compile(
    r"https?://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?"
    r"(:[0-9]{1,4})?(/[A-Za-z0-9._~/-]*)?"
)
_BASE64: Final = re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_UNITS: Final = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_text(text: str) -> str:
    """Any text that fits a line."""
    if len(text) > MAX_TEXT:
        raise ValueError(f"text of at most {MAX_TEXT} characters")
    return text


def read_int(text: str) -> int:
    """A whole number."""
    if not _INT.fullmatch(text):
        raise ValueError(f"a whole number of at most {MAX_DIGITS} digits")
    return int(text)


def read_float(text: str) -> float:
    """A finite number."""
    if not _FLOAT.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError("a number such as 0.5 or 1e-3")
    return float(text)


def read_bool(text: str) -> bool:
    """``true`` or ``false``."""
    if text not in {"true", "false"}:
        raise ValueError("true or false")
    return text == "true"


def read_decimal(text: str) -> Decimal:
    """An exact number, without an exponent."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError("a number such as 9.99")
    return Decimal(text)


def read_uuid(text: str) -> UUID:
    """A UUID in its usual form."""
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        raise ValueError("a UUID such as 7f2c1f5e-0d5b-4c9a-9a53-3f1f5d0c8a11")
    return UUID(text)


def read_date(text: str) -> dt.date:
    """A calendar day."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a day such as 2026-01-31")
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"a day that exists ({error})") from None


def read_datetime(text: str) -> dt.datetime:
    """A moment with its offset, as UTC."""
    allowed = r"a moment with its offset, colons escaped: 2026-01-31T08\:30\:00Z"
    if not re.fullmatch(r"[0-9T:.+Z-]{16,40}", text):
        raise ValueError(allowed)
    try:
        moment = dt.datetime.fromisoformat(text)
        in_utc = moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{allowed} ({error})") from None
    if moment.tzinfo is None:
        raise ValueError(f"{allowed} (the offset is missing)")
    return in_utc


def read_duration(text: str) -> dt.timedelta:
    """A length of time, such as ``90s``, ``24h`` or ``1h30m``."""
    if not _DURATION.fullmatch(text):
        raise ValueError("a duration such as 500ms, 30s, 15m, 24h, 7d or 1h30m")
    parts = _DURATION_PART.findall(text)
    return sum((dt.timedelta(**{_UNITS[u]: int(n)}) for n, u in parts), dt.timedelta())


def read_url(text: str) -> str:
    """A plain web address."""
    if not _URL.fullmatch(text) or "--" in text or len(text) > MAX_TEXT:
        raise ValueError(
            rf"an address such as https\://example.org/path, at most {MAX_TEXT} characters"
        )
    return text


def read_base64(text: str) -> str:
    """Bytes in base64, kept as the text that callers send."""
    if not _BASE64.fullmatch(text) or not text or len(text) > MAX_TEXT:
        raise ValueError(f"base64 such as aGVsbG8=, at most {MAX_TEXT} characters")
    return text


def write_text(text: str) -> str:
    """A string literal in the quotes that the formatter would choose."""
    if len(text) > MAX_TEXT and len(set(text)) == 1:
        return f'"{text[0]}" * {len(text)}'
    return repr(text) if '"' in text and "'" not in text else json.dumps(text)


def write_pattern(pattern: str) -> str:
    """A regular expression, as a raw string when that spares backslashes."""
    plain = '"' not in pattern and not pattern.endswith("\\")
    return f'r"{pattern}"' if "\\" in pattern and plain else write_text(pattern)


def write_decimal(number: Decimal) -> str:
    """``Decimal("9.99")``, or ``Decimal(10)`` when it is whole."""
    text = f"{number:f}"
    return f'Decimal("{text}")' if "." in text else f"Decimal({int(number)})"


def write_date(day: dt.date) -> str:
    """``dt.date(2026, 1, 31)``."""
    return f"dt.date({day.year}, {day.month}, {day.day})"


def write_datetime(moment: dt.datetime) -> str:
    """``dt.datetime(2026, 1, 31, 8, 30, tzinfo=dt.UTC)``."""
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute]
    if moment.second or moment.microsecond:
        parts.append(moment.second)
    if moment.microsecond:
        parts.append(moment.microsecond)
    return f"dt.datetime({', '.join(map(str, parts))}, tzinfo=dt.UTC)"


def write_duration(length: dt.timedelta) -> str:
    """``dt.timedelta(minutes=90)``, in the largest unit that divides it; a day is 24 hours."""
    for unit in ("days", "hours", "minutes", "seconds", "milliseconds"):
        count, rest = divmod(length, dt.timedelta(**{unit: 1}))
        if not rest and (unit, count) != ("days", 1) and (count or unit == "seconds"):
            return f"dt.timedelta({unit}={count})"
    return f"dt.timedelta(microseconds={length // dt.timedelta(microseconds=1)})"


def say_duration(length: dt.timedelta) -> str:
    """The word that `read_duration` takes for it, as far as milliseconds can say it."""
    words, rest = "", length
    for unit in ("d", "h", "m", "s", "ms"):
        count, rest = divmod(rest, dt.timedelta(**{_UNITS[unit]: 1}))
        words += f"{count}{unit}" if count else ""
    return words or "0s"
