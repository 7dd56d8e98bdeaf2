"""A page of the documentation, as its tests read it: code blocks, links, headings, words in code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
_CODE = re.compile(r"`(?P<code>[^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """One fenced block: its info string cut into words, its text, and where it begins."""

    words: tuple[str, ...]
    text: str
    line: int

    @property
    def language(self) -> str:
        """The first word of the info string."""
        return self.words[0] if self.words else ""


@dataclass(frozen=True)
class Page:
    """The page at `path`."""

    path: Path

    @cached_property
    def text(self) -> str:
        """The whole page."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _BLOCK.sub("", self.text)

    def blocks(self) -> Iterator[Block]:
        """Every fenced block, in order."""
        for match in _BLOCK.finditer(self.text):
            line = self.text.count("\n", 0, match.start()) + 1
            yield Block(tuple(match["info"].split()), match["text"], line)

    def links(self) -> Iterator[str]:
        """The target of every link, in order."""
        return (match["target"] for match in _LINK.finditer(self.prose))

    def anchors(self) -> set[str]:
        """What links within pages may point to, by the rules that forges share."""
        return {
            re.sub(r"[^\w\- ]", "", match["title"].replace("`", "").lower())
            .strip()
            .replace(" ", "-")
            for match in _HEADING.finditer(self.prose)
        }

    def codes(self) -> set[str]:
        """Everything that stands between backticks, blocks left out."""
        return {match["code"] for match in _CODE.finditer(self.prose)}


def broken_links(page: Page) -> list[str]:
    """Links of a page that lead nowhere; other sites are not asked."""
    return [target for target in page.links() if not _leads_somewhere(page, target)]


def _leads_somewhere(page: Page, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    place, _, anchor = target.partition("#")
    path = (page.path.parent / place).resolve() if place else page.path
    if not anchor:
        return path.exists()
    return path.is_file() and anchor in Page(path).anchors()
