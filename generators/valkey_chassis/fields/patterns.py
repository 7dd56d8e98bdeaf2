"""Judges regular expressions as pydantic will, and invents texts that match them."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

# Forms that Python's engine reads and pydantic's (Rust's) does not, for when gen runs outside the
# service's environment and cannot ask the real engine.
_PYTHON_ONLY: Final = re.compile(r"\(\?[=!<>#(]|\(\?P=|\\[1-9Z]|[*+?}]\+|\[\[|&&|--|~~", re.ASCII)
_MAX_REPEATS: Final = 32


def refusal(pattern: str) -> str | None:
    """Why ``pattern`` is none, in the words of the engine that will use it."""
    try:
        re.compile(pattern)
        _engine(pattern)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        return str(error).splitlines()[0] if str(error) else "not a pattern"
    return None


def matches(pattern: str, text: str) -> bool:
    """Whether pydantic would accept ``text``; like pydantic, looks anywhere in it."""
    return _engine(pattern)(text)


def texts_for(pattern: str) -> Iterator[str]:
    """Texts that ought to match: the shortest, then longer ones."""
    # The parser is the standard library's own; only its module moved to this name in 3.11.
    from re import _parser  # type: ignore[attr-defined]

    tree = _parser.parse(pattern)
    for extra in (0, 1, 3, 8):
        try:
            yield "".join(_walk(tree, extra))
        except (KeyError, ValueError, IndexError):
            return


@cache
def _engine(pattern: str) -> Callable[[str], bool]:
    try:
        # pydantic's own engine, without the 0.1 s that pydantic itself takes to import.
        from pydantic_core import SchemaError, SchemaValidator, core_schema
    except ImportError:
        if _PYTHON_ONLY.search(pattern):
            raise ValueError("pydantic's engine has no such construct") from None
        compiled = re.compile(pattern)
        return lambda text: compiled.search(text) is not None
    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError as error:
        raise ValueError(f"pydantic's engine refuses it: {str(error).splitlines()[-1]}") from None
    return validator.isinstance_python


def _walk(tree: Any, extra: int) -> Iterator[str]:
    # `Any`: nodes of the standard library's parser are (opcode, argument) pairs without types.
    for opcode, argument in tree:
        yield _PARTS[str(opcode)](argument, extra)


def _one_of(argument: Any, extra: int) -> str:
    if str(argument[0][0]) == "NEGATE":
        return next(letter for letter in "a1-_ .Z" if not _in_set(argument[1:], letter))
    return next(_walk(argument[:1], extra))


def _in_set(members: Any, letter: str) -> bool:
    return any(re.match(_member(op, arg), letter) for op, arg in members)


def _member(opcode: Any, argument: Any) -> str:
    match str(opcode):
        case "LITERAL":
            return re.escape(chr(argument))
        case "RANGE":
            return f"[{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}]"
        case _:
            return _CLASSES[str(argument)]


def _repeated(argument: Any, extra: int) -> str:
    least, most, tree = argument
    times = min(least + extra, int(most), max(least, _MAX_REPEATS))
    if times > 1_000:
        raise ValueError(f"{times} repeats make no readable example")
    return "".join("".join(_walk(tree, 0)) for _ in range(times))


_CLASSES: Final = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
}
_CLASS_LETTERS: Final = {
    "CATEGORY_DIGIT": "1",
    "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_WORD": "a",
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "a",
}
_PARTS: Final[dict[str, Callable[[Any, int], str]]] = {
    "LITERAL": lambda argument, _: chr(argument),
    "NOT_LITERAL": lambda argument, _: "a" if argument != ord("a") else "b",
    "ANY": lambda _, __: "a",
    "RANGE": lambda argument, _: chr(argument[0]),
    "IN": _one_of,
    "CATEGORY": lambda argument, _: _CLASS_LETTERS[str(argument)],
    "BRANCH": lambda argument, extra: "".join(_walk(argument[1][0], extra)),
    "SUBPATTERN": lambda argument, extra: "".join(_walk(argument[3], extra)),
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
    "AT": lambda _, __: "",
}
