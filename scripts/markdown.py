"""Writes Markdown tables."""

from collections.abc import Iterable, Iterator, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table; cells may hold anything that fits a line."""
    yield _row(header)
    yield _row(["---"] * len(header))
    for row in rows:
        yield _row([_cell(text) for text in row])


def code(text: str) -> str:
    """As code; nothing for nothing."""
    return f"`{text}`" if text else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    # A bar would end the cell, also within code.
    return " ".join(text.split()).replace("|", "\\|")
