"""Decides whether a body is JSON that every later reader understands in the same way."""

import json
import math
import re
from itertools import accumulate, count
from operator import sub
from typing import Any, Final

DIGITS_MAXIMUM: Final = 100

# One pass whatever is sent: possessive, and an unfinished string reaches to the end.
_STRINGS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_STEPS: Final = bytes.maketrans(b"[{]}", b"\x02\x02\x00\x00")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[{]}"))
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def objection_to(body: bytes, depth_maximum: int) -> str | None:
    """Why the body is refused, in words for its sender; None when it is fine.

    Parsers differ about duplicate keys, NaN and broken text, and some fall over on deep nesting
    or long numbers. What is refused here never reaches any of them.
    """
    # Before parsing: the parser calls itself for every level.
    if _is_deeper(body, depth_maximum):
        return f"the body is nested deeper than {depth_maximum} levels"
    try:
        text = body.decode("utf-8")
        document = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_bounded_integer,
            parse_float=_finite_number,
            parse_constant=_no_constant,
        )
        if _SURROGATE.search(body):
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError:
        return "the body is not UTF-8"
    except UnicodeEncodeError:
        return "the body holds a lone surrogate, which is not text"
    except json.JSONDecodeError as error:
        return f"the body is not JSON: {error.msg} at character {error.pos}"
    except _Objection as objection:
        return str(objection)
    return None


class _Objection(Exception):
    """Leaves the parser's hooks with a reason."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Objection("an object of the body has a key twice")
    return members


def _bounded_integer(digits: str) -> int:
    if len(digits) > DIGITS_MAXIMUM:
        raise _Objection(f"a number of the body has more than {DIGITS_MAXIMUM} digits")
    return int(digits)


def _finite_number(text: str) -> float:
    if len(text) > DIGITS_MAXIMUM:
        raise _Objection(f"a number of the body has more than {DIGITS_MAXIMUM} digits")
    number = float(text)
    if not math.isfinite(number):
        raise _Objection("a number of the body is too large")
    return number


def _no_constant(name: str) -> None:
    raise _Objection(f"{name} is not a JSON number")


def _is_deeper(body: bytes, maximum: int) -> bool:
    if body.count(b"[") + body.count(b"{") <= maximum:
        return False
    # Each bracket becomes 2 or 0, so the running sum less the position is the depth. Written in
    # the interpreter's own loops: this is the caller's to send a megabyte of.
    steps = _STRINGS.sub(b"", body).translate(_STEPS, _NO_BRACKETS)
    return max(map(sub, accumulate(steps), count(1)), default=0) > maximum
