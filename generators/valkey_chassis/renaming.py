"""Another name for a task, brought into the text of files: by tokens, so that nothing else changes."""

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

from .names import class_name
from .render import written_tuple

# What is named inside these is named by the team: accounts, dependencies, roles. It has state of
# its own under that name, which stays.
_OF_ITS_OWN: Final = frozenset(
    "account circuit_breaker credits grant require_roles require_scopes use_credits".split()
)
_TEXTS: Final = frozenset({"STRING", "COMMENT", "FSTRING_MIDDLE"})


@dataclass(frozen=True)
class Renaming:
    """From one name of a task to another, its classes included.

    Unless it is ``everywhere``, a class that lives in another module keeps its name where it is used.
    """

    old: str
    new: str
    everywhere: bool = False
    # Of its file, where that is not called like the task.
    module: str = ""

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Each identifier that changes."""
        old, new = class_name(self.old), class_name(self.new)
        return {self.old: self.new} | {
            f"{old}{suffix}": f"{new}{suffix}" for suffix in ("Args", "Result")
        }

    @cached_property
    def mentions(self) -> re.Pattern[str]:
        """Finds them in text, and settings of the task by their beginning."""
        return re.compile(rf"\b(?:(?:{'|'.join(self.words)})\b|{variable_of(self.old)})")

    def path(self, path: PurePosixPath) -> PurePosixPath:
        """Where a file of the task lies under its new name."""
        stem = path.stem
        if stem not in {self.old, f"test_{self.old}"}:
            return path
        return path.with_name(f"{stem.removesuffix(self.old)}{self.new}{path.suffix}")

    def text(self, source: str, *, is_python: bool = True) -> str:
        """The text with each mention renamed; what is no Python, or does not parse, by words."""
        if not is_python:
            return self._by_words(source)
        lines = source.splitlines(keepends=True)
        kept = frozenset() if self.everywhere else self._living_elsewhere(source)
        try:
            spans = list(self._spans(source))
        except (tokenize.TokenError, SyntaxError, IndentationError):
            return self._by_words(source)
        for start, end in reversed(spans):
            _replace(lines, start, end, self._by_words(_between(lines, start, end), kept))
        return "".join(lines)

    def _spans(self, source: str) -> Iterator[tuple["Place", "Place"]]:
        """Where identifiers, texts and comments mention the name."""
        kept_depth, depth, last = 0, 0, ""
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.string in "([{" and token.type == tokenize.OP:
                depth += 1
                if token.string == "(" and last in _OF_ITS_OWN and not kept_depth:
                    kept_depth = depth
            elif token.string in ")]}" and token.type == tokenize.OP:
                kept_depth = 0 if depth == kept_depth else kept_depth
                depth -= 1
            is_text = tokenize.tok_name[token.type] in _TEXTS and not kept_depth
            is_name = token.type == tokenize.NAME and self.mentions.match(token.string)
            if is_name or (is_text and self.mentions.search(token.string)):
                yield token.start, token.end
            last = token.string

    def _by_words(self, text: str, kept: Collection[str] = ()) -> str:
        return self.mentions.sub(
            lambda found: (
                found[0] if found[0] in kept else self.words.get(found[0], variable_of(self.new))
            ),
            text,
        )

    def _living_elsewhere(self, source: str) -> frozenset[str]:
        """Its classes that this text imports from another module than the task's."""
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            return frozenset()
        imported = {
            each.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[-1] != (self.module or self.old)
            for each in node.names
        }
        return frozenset(imported & (self.words.keys() - {self.old}))


Place = tuple[int, int]


def variable_of(task: str) -> str:
    """How the settings of a task begin."""
    return f"TASK_{task.upper()}__"


def with_former_names(source: str, task: str, names: Sequence[str]) -> str:
    """The module with ``formerly`` of the task's decorator saying exactly those names.

    Unchanged when no ``@task(...)`` of that name is found.
    """
    call = _decorator(source, task)
    if call is None:
        return source
    lines = source.splitlines(keepends=True)
    written = f"formerly={written_tuple(names)}" if names else ""
    present = next((each for each in call.keywords if each.arg == "formerly"), None)
    if present is not None and written:
        _replace(lines, _start(lines, present), _end(lines, present), written)
    elif present is not None:
        _drop(lines, call, present)
    elif written:
        others: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        if others:
            place = max(_end(lines, each) for each in others)
            _replace(lines, place, place, f", {written}")
        else:
            row, column = _end(lines, call)
            _replace(lines, (row, column - 1), (row, column - 1), written)
    return "".join(lines)


def _drop(lines: list[str], call: ast.Call, keyword: ast.keyword) -> None:
    """Take out an argument, with the comma that parts it from its neighbour."""
    start, end = _start(lines, keyword), _end(lines, keyword)
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    others = [each for each in given if each is not keyword]
    before = [_end(lines, each) for each in others if _end(lines, each) <= start]
    after = [_start(lines, each) for each in others if _start(lines, each) >= end]
    if before:
        start = max(before)
    elif after:
        end = min(after)
    _replace(lines, start, end, "")


def _decorator(source: str, task: str) -> ast.Call | None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for each in node.decorator_list:
            if not isinstance(each, ast.Call) or ast.unparse(each.func).split(".")[-1] != "task":
                continue
            named = [key.value for key in each.keywords if key.arg == "name"]
            name = named[0].value if named and isinstance(named[0], ast.Constant) else node.name
            if name == task:
                return each
    return None


def _start(lines: Sequence[str], node: ast.expr | ast.keyword) -> Place:
    return node.lineno, _characters(lines[node.lineno - 1], node.col_offset)


def _end(lines: Sequence[str], node: ast.expr | ast.keyword) -> Place:
    row = node.end_lineno or node.lineno
    return row, _characters(lines[row - 1], node.end_col_offset or node.col_offset)


def _characters(line: str, offset: int) -> int:
    """Columns of a syntax tree count bytes."""
    return len(line.encode()[:offset].decode())


def _between(lines: Sequence[str], start: Place, end: Place) -> str:
    text = "".join(lines[start[0] - 1 : end[0]])
    after = len(lines[end[0] - 1]) - end[1]
    return text[start[1] : len(text) - after]


def _replace(lines: list[str], start: Place, end: Place, text: str) -> None:
    head, tail = lines[start[0] - 1][: start[1]], lines[end[0] - 1][end[1] :]
    lines[start[0] - 1 : end[0]] = [f"{head}{text}{tail}"]
