"""Reads the type of a field: a scalar, an enum with its choices, or a container of either."""

from collections.abc import Sequence
from typing import Final

from ..errors import UsageRefused
from ..names import did_you_mean
from .containers import CONTAINERS, ENUM, container_of, enum_of
from .kinds import SCALARS
from .spec import Kind
from .tokens import Token

MAX_CHOICES: Final = 64
# A set's members must hash, and a JSON value may be a list.
_NO_SET_OF: Final = "json"


def read_type(spec: str, rest: Sequence[Token]) -> tuple[Kind, Sequence[Token]]:
    """The type of a field and the tokens left over for modifiers."""
    if not rest:
        return SCALARS["str"], ()
    first, *marks = rest
    word = first.text
    if word.endswith("?"):
        word = word.removesuffix("?")
        marks = [*marks, Token("optional", first.column + len(word))]
    container, dot, inner = word.partition(".")
    if dot and container not in CONTAINERS:
        raise _unknown_type(spec, first, word)
    item_word = inner if dot else word
    if item_word == ENUM:
        choices, *marks = marks or [Token("", len(spec))]
        item = enum_of(_choices(spec, choices))
    elif item_word in SCALARS:
        item = SCALARS[item_word]
    else:
        raise _unknown_type(spec, first, word)
    if not dot:
        return item, marks
    if container == "set" and item.name == _NO_SET_OF:
        raise UsageRefused(
            "a set cannot hold json values", "use list.json", argument=spec, column=first.column
        )
    return container_of(container, item), marks


def _choices(spec: str, token: Token) -> tuple[str, ...]:
    choices = tuple(token.text.split("/"))
    reason = ""
    if not token.text or "=" in token.text:
        reason = "an enum needs its choices next"
    elif len(set(choices)) < len(choices) or len(choices) > MAX_CHOICES:
        reason = f"an enum needs different choices, at most {MAX_CHOICES}"
    elif not all(_is_choice(choice) for choice in choices):
        reason = "an enum's choices are letters, digits and _ . + -, at most 40 each"
    if reason:
        raise UsageRefused(
            reason, "for example kind:enum:card/iban", argument=spec, column=token.column
        )
    return choices


def _is_choice(text: str) -> bool:
    allowed = text.replace("_", "").replace(".", "").replace("+", "").replace("-", "")
    return allowed.isalnum() and len(text) <= 40


def _unknown_type(spec: str, token: Token, word: str) -> UsageRefused:
    known = [*SCALARS, ENUM]
    shown = f"types: {', '.join(sorted(known))}, and list.TYPE, set.TYPE, map.TYPE"
    hint = did_you_mean(word, [*known, *(f"{c}.{k}" for c in CONTAINERS for k in known)])
    return UsageRefused(
        f"there is no type {word!r}",
        "; ".join(filter(None, [hint, shown])),
        argument=spec,
        column=token.column,
    )
