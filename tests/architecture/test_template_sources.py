"""Template files are near to plain Python: readable, lintable and short where they stand."""

import ast
import re
from pathlib import Path

from snapshot import ROOT

TEMPLATE = ROOT / "template"
SOURCES = TEMPLATE / "src" / "{{package}}"

LONGEST_FILE_LINES = 250
LONGEST_FUNCTION_LINES = 50
# Path below template/: the reason why it may be longer.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
VAGUE_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "base",
    "data",
    "info",
    "misc",
}


def python_files(root: Path) -> list[Path]:
    """Python sources below `root`, templates among them."""
    return [
        path
        for path in sorted(root.rglob("*"))
        if path.name.endswith((".py", ".py.jinja")) and "__pycache__" not in path.parts
    ]


def name_of(path: Path) -> str:
    """Path as the tables above write it."""
    return path.relative_to(TEMPLATE).as_posix()


def python_of(path: Path) -> str:
    """Text of the file; in a template the tags are taken out and values become a name."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".jinja":
        return text
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", "placeholder", text, flags=re.DOTALL)


def test_templates_parse_with_tags_stripped() -> None:
    for path in python_files(TEMPLATE):
        ast.parse(python_of(path), filename=str(path))


def test_nine_tenths_of_the_sources_are_verbatim() -> None:
    lines = {path: len(path.read_text().splitlines()) for path in python_files(SOURCES)}

    templated = sum(count for path, count in lines.items() if path.suffix == ".jinja")

    assert templated <= 0.1 * sum(lines.values())


def test_a_file_is_a_page() -> None:
    long = {
        name_of(path)
        for path in python_files(TEMPLATE)
        if len(path.read_text().splitlines()) > LONGEST_FILE_LINES
    }

    assert long == set(LONG_FILES)


def test_functions_have_names_instead_of_chapters() -> None:
    long = {
        f"{name_of(path)}::{node.name}"
        for path in python_files(SOURCES)
        for node in ast.walk(ast.parse(python_of(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION_LINES
    }

    assert long == set(LONG_FUNCTIONS)


def test_files_are_named_for_what_they_hold() -> None:
    folders = (TEMPLATE, ROOT / "generators", ROOT / "tests", ROOT / "scripts")
    paths = [path for folder in folders for path in python_files(folder)]

    vague = [path for path in paths if VAGUE_NAMES & set(re.split(r"[_.]", path.name))]

    assert vague == []


def test_sources_hold_no_loose_ends() -> None:
    paths = [*python_files(TEMPLATE), *python_files(ROOT / "generators")]

    loose = [path for path in paths if re.search(r"\b(TODO|FIXME|XXX)\b", path.read_text())]

    assert loose == []
