"""Takes secrets out of whatever is about to be logged, and bounds it."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from pathlib import PurePath
from typing import Final
from uuid import UUID

from pydantic import JsonValue, SecretBytes, SecretStr

REDACTED: Final = "[redacted]"
MAX_KEY: Final = 256
MAX_TEXT: Final = 4_096
MAX_TRACEBACK: Final = 8_192
MAX_DEPTH: Final = 6
MAX_ITEMS: Final = 100
MAX_INTEGER_BITS: Final = 64
# Patterns look at far more text than is shown, so a secret that the cut would halve is still
# whole when it is looked for.
MAX_SCANNED: Final = 65_536

_SECRET_WORDS: Final = frozenset(
    {
        *("apikey", "authorization", "bearer", "cookie", "cookies", "credential", "credentials"),
        *("cvv", "jwt", "passphrase", "passwd", "password", "passwords", "pin", "pwd"),
        *("secret", "secrets", "signature", "ssn", "token", "tokens"),
    }
)
_SECRET_COMPOUNDS: Final = ("api key", "access key", "private key", "session id")
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Nearly all text holds none of these, and one search is far cheaper than all the patterns below.
_SUSPICIOUS: Final = re.compile(
    r"(?i)://|vk_|eyj|gh[pousr]_|xox|[rs]k_|cookie|authori|bearer|basic|pass|secret|token"
    r"|api[-_]?key|private key"
)
_QUOTED: Final = r"""b?"(?:\\.|[^"\\])*"?|b?'(?:\\.|[^'\\])*'?"""
_ASSIGNMENT: Final = (
    r"(?i)((?:password|passwd|passphrase|secret|token|api[-_]?key)[\w\-]{0,32}[\"']?\s*[=:]\s*)"
    # What is redacted already ends with its bracket, which would else be left standing.
    rf"(?:{_QUOTED}|\[redacted\][^\s,;&\"'}}\])]*|[^\s,;&\"'}}\])]+)"
)
_PATTERNS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # A private key, even when its end was cut off.
        (
            r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END[A-Z ]{0,40}KEY-----|\Z)",
            REDACTED,
        ),
        # The user:password@ of a URL; a password may itself hold an unescaped @.
        (r"(://[^\s:/@]{0,256}):[^\s/]+@", rf"\1:{REDACTED}@"),
        # Our own API keys: the public id stays, so that a line can be traced to its key.
        (r"\bvk_([A-Za-z0-9]+)_[A-Za-z0-9_\-]+", rf"vk_\1_{REDACTED}"),
        # Looking on ends where the next one may begin, or many beginnings would take minutes.
        (r"\beyJ(?:(?!-eyJ)[\w\-])+\.[\w\-]+\.[\w\-]*", REDACTED),
        (r"\b(?:gh[pousr]_|xox[abprs]-|[rs]k_(?:live|test)_)[\w\-]+", REDACTED),
        # Header lines hold several values in forms of their own, so all of the line goes.
        (r"(?i)\b((?:set-)?cookie|(?:proxy-)?authorization)([\"']?\s*[:=])[^\r\n]+", r"\1\2 "),
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=\-]+", rf"\1 {REDACTED}"),
        # name=value and "name": "value", as in query strings, reprs and JSON.
        (_ASSIGNMENT, rf"\1{REDACTED}"),
    )
)


class Redactor:
    """Redacts fields of any shape; ``extra_keys`` adds field names to the built-in ones."""

    def __init__(self, extra_keys: Iterable[str] = ()) -> None:
        self._extra = frozenset(_spaced(key) for key in extra_keys)
        # Fields of lines are few and come again and again.
        self._named = lru_cache(maxsize=1_024)(self._name)

    def redact(self, fields: Mapping[str, object]) -> dict[str, object]:
        """The same fields, ready to be written: plain JSON values, bounded, without secrets."""
        return self._mapping(fields, depth=0)

    def redact_stored(self, text: str) -> JsonValue:
        """What a stored text holds, ready to be shown: JSON field by field, all else as text."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return redact_stored_text(text)
        # A lone surrogate has no UTF-8, in which all of this leaves.
        shown = json.dumps(self._value(value, depth=0), ensure_ascii=False)
        found: JsonValue = json.loads(shown.encode("utf-8", "replace"))
        return found

    def names_a_secret(self, key: str) -> bool:
        """Whether the value under this field name must never be shown."""
        spaced = _spaced(key[:MAX_KEY])
        return _is_secret(spaced) or spaced in self._extra

    def _mapping(self, fields: Mapping[str, object], depth: int) -> dict[str, object]:
        shown: dict[str, object] = {}
        for key, value in fields.items():
            if len(shown) == MAX_ITEMS:
                shown["…"] = f"{len(fields) - MAX_ITEMS} more"
                break
            name, hidden = self._named(str(key))
            shown[name] = REDACTED if hidden else self._value(value, depth)
        return shown

    def _name(self, key: str) -> tuple[str, bool]:
        """How the name of a field is written, and whether its value never is."""
        return redact_text(key, limit=MAX_KEY), self.names_a_secret(key)

    def _value(self, value: object, depth: int) -> object:
        if type(value) is str:
            # Most are text, and asking a value for each of its interfaces takes longer than reading.
            return redact_text(value)
        match value:
            case SecretStr() | SecretBytes():
                return REDACTED
            case Mapping() | list() | tuple() | set() | frozenset() if depth == MAX_DEPTH:
                return "<too deep>"
            case Mapping():
                return self._mapping(value, depth + 1)
            case list() | tuple() | set() | frozenset():
                return self._items(list(value), depth + 1)
            case _:
                return _scalar(value)

    def _items(self, items: list[object], depth: int) -> list[object]:
        shown = [self._value(item, depth) for item in items[:MAX_ITEMS]]
        if len(items) > MAX_ITEMS:
            shown.append(f"… {len(items) - MAX_ITEMS} more")
        return shown


def redact_text(text: str, *, limit: int = MAX_TEXT) -> str:
    """The text without what looks like a secret, cut to ``limit`` characters."""
    shown = _without_secrets(text[:MAX_SCANNED])
    return shown if len(shown) <= limit else f"{shown[:limit]}… {len(text)} characters"


def redact_stored_text(text: str) -> str:
    """Text that anybody may have written, fit for a terminal: what cannot be printed is escaped."""
    return "".join(each if each.isprintable() else _escaped(each) for each in redact_text(text))


def redact_traceback(text: str) -> str:
    """The same for a traceback, whose last lines matter most: the beginning is cut."""
    shown = _without_secrets(text[-MAX_SCANNED:])
    return shown if len(shown) <= MAX_TRACEBACK else f"…{shown[-MAX_TRACEBACK:]}"


def describe_error(error: BaseException) -> str:
    """Class and message of an error, fit for a log line or an execution record."""
    return redact_text(_in_words(error))


def _scalar(value: object) -> object:
    match value:
        case None | bool():
            return value
        case Enum():
            return _scalar(value.value)
        case int():
            # json refuses, and no reader wants, thousands of digits.
            bits = value.bit_length()
            return int(value) if bits <= MAX_INTEGER_BITS else f"<integer of {bits} bits>"
        case float():
            return value if math.isfinite(value) else repr(value)
        case bytes() | bytearray() | memoryview():
            return f"<{len(value)} bytes>"
        case _:
            return redact_text(value if isinstance(value, str) else _in_words(value))


def _without_secrets(text: str) -> str:
    if not _SUSPICIOUS.search(text):
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


@lru_cache(maxsize=1_024)
def _is_secret(spaced: str) -> bool:
    return not _SECRET_WORDS.isdisjoint(spaced.split()) or any(
        compound in spaced for compound in _SECRET_COMPOUNDS
    )


@lru_cache(maxsize=1_024)
def _spaced(key: str) -> str:
    """``apiKey``, ``API-KEY`` and ``api_key`` are one name: ``api key``."""
    return " ".join(_WORDS.findall(key)).lower()


def _escaped(character: str) -> str:
    # The client decodes a byte that is no UTF-8 into the second half of a surrogate pair.
    byte = ord(character) - 0xDC00
    if 0x80 <= byte <= 0xFF:
        return f"\\x{byte:02x}"
    return character.encode("unicode_escape").decode("ascii")


def _in_words(value: object) -> str:
    try:
        if isinstance(value, BaseException):
            return f"{type(value).__name__}: {value}"
        if isinstance(value, date | datetime | time | timedelta | Decimal | UUID | PurePath):
            return str(value)
        return repr(value)
    except Exception:  # noqa: BLE001 - a broken repr must not take the log line with it
        return f"<{type(value).__name__} that cannot be shown>"
