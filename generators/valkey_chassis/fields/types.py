"""Reads the type of a field: a scalar, an enum with its choices, or a container of either."""

import re
from collections.abc import Sequence
from typing import Final

from ..errors import Refusal, UsageRefused
from ..names import did_you_mean
from .containers import CONTAINERS, ENUM, container_of, enum_of
from .kinds import SCALARS
from .spec import Kind, Models
from .tokens import Token

MAX_CHOICES: Final = 64
# One sign at least of letters and digits: quotes and commas would not stand well in a Literal.
_CHOICE: Final = re.compile(r"(?=[_.+-]*[A-Za-z0-9])[A-Za-z0-9_.+-]{1,40}", re.ASCII)
# A set's members must hash, and a JSON value may be a list.
_NO_SET_OF: Final = "json"
REF: Final = "ref"


def read_type(
    spec: str, rest: Sequence[Token], models: Models | None
) -> tuple[Kind, Sequence[Token]]:
    """The type of a field and the tokens left over for modifiers."""
    if not rest:
        return SCALARS["str"], ()
    first, *marks = rest
    word = first.text
    if word.endswith("?"):
        word = word.removesuffix("?")
        marks = [*marks, Token("optional", first.column + len(word))]
    container, dot, inner = word.partition(".")
    if container not in CONTAINERS:
        dot = ""
    item_word = inner if dot else word
    if item_word.partition(".")[0] == REF:
        item = _referred(spec, first, item_word, models)
    elif item_word == ENUM:
        choices, *marks = marks or [Token("", len(spec))]
        item = enum_of(_choices(spec, choices))
    elif item_word in SCALARS:
        item = SCALARS[item_word]
    else:
        raise _unknown_type(spec, first, word)
    if not dot:
        return item, marks
    if container == "set" and (item.name == _NO_SET_OF or item.name.startswith(REF)):
        raise UsageRefused(
            f"a set cannot hold {item.name} values",
            f"use list.{item.name}",
            argument=spec,
            column=first.column,
        )
    return container_of(container, item), marks


def _choices(spec: str, token: Token) -> tuple[str, ...]:
    choices = tuple(token.text.split("/"))
    reason = ""
    if not token.text or "=" in token.text:
        reason = "an enum needs its choices next"
    elif len(set(choices)) < len(choices) or len(choices) > MAX_CHOICES:
        reason = f"an enum needs different choices, at most {MAX_CHOICES}"
    elif not all(map(_CHOICE.fullmatch, choices)):
        reason = "an enum's choices are letters, digits and _ . + -, at most 40 each"
    if reason:
        raise UsageRefused(
            reason, "for example kind:enum:card/iban", argument=spec, column=token.column
        )
    return choices


def _referred(spec: str, token: Token, word: str, models: Models | None) -> Kind:
    if models is None:
        raise UsageRefused(
            "a field cannot refer to a model here", argument=spec, column=token.column
        )
    try:
        return models.kind_of(word.partition(".")[2])
    except Refusal as refusal:
        column = token.column + token.text.index(word)
        raise refusal.pointing_into(spec, column) from None


def _unknown_type(spec: str, token: Token, word: str) -> UsageRefused:
    known = [*SCALARS, ENUM]
    shown = f"types: {', '.join(sorted(known))}, ref.MODEL, and list.TYPE, set.TYPE, map.TYPE"
    hint = f"say of what: {word}.str" if word in CONTAINERS else ""
    hint = hint or did_you_mean(word, [*known, *(f"{c}.{k}" for c in CONTAINERS for k in known)])
    return UsageRefused(
        f"there is no type {word!r}",
        "; ".join(filter(None, [hint, shown])),
        argument=spec,
        column=token.column,
    )
