"""Cuts a field spec at its colons and remembers the column of every piece."""

from dataclasses import dataclass
from typing import Final

from ..errors import UsageRefused

MAX_SPEC: Final = 300


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a spec, escaped colons already plain, and the column where it begins."""

    text: str
    column: int

    @property
    def key(self) -> str:
        """What stands before the first equals sign."""
        return self.text.partition("=")[0]

    @property
    def value(self) -> str:
        """What stands after the first equals sign; empty without one."""
        return self.text.partition("=")[2]

    @property
    def has_value(self) -> bool:
        """Whether an equals sign is there at all."""
        return "=" in self.text


def split(spec: str) -> list[Token]:
    """The pieces of ``spec``; refuses what no terminal or source file shows plainly."""
    for column, letter in enumerate(spec):
        if not " " <= letter <= "~":
            raise UsageRefused(
                f"field {spec!r} holds {letter!r}, which is not plain ASCII",
                "write the field without it and put other text into the file by hand",
            ).pointing_into(spec, column)
    if len(spec) > MAX_SPEC:
        raise UsageRefused(
            f"a field spec of {len(spec)} characters",
            f"{MAX_SPEC} are allowed; add the rest in the file by hand",
        )
    return _pieces(spec)


def _pieces(spec: str) -> list[Token]:
    tokens = []
    text, start, column = "", 0, 0
    while column < len(spec):
        if spec.startswith("\\:", column):
            text += ":"
            column += 2
        elif spec[column] == ":":
            tokens.append(Token(text, start))
            column += 1
            text, start = "", column
        else:
            text += spec[column]
            column += 1
    return [*tokens, Token(text, start)]
