"""Write the reference tables of the documentation from the code, so that neither can drift alone."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import command_tables
import service_tables
import template_tables
from snapshot import ROOT

Table = Callable[[], Iterable[str]]

TABLES: Final[Mapping[str, Table]] = {
    "cli": command_tables.commands,
    "gen kinds": template_tables.generator_kinds,
    "gen commands": template_tables.generator_commands,
    "gen options": template_tables.generator_options,
    "gen types": template_tables.generator_types,
    "labels": service_tables.labels,
    "metrics": service_tables.metrics,
    "policies": service_tables.policies,
    "problems": service_tables.problems,
    "questions": template_tables.questions,
    "settings": service_tables.settings,
}
PAGES: Final = ("docs", "template/docs")

_TABLE: Final = re.compile(
    r"(?P<begin><!-- table: (?P<name>[a-z ]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)


def pages(root: Path = ROOT) -> list[Path]:
    """Every page of the documentation, sorted."""
    found = (path for folder in PAGES for path in (root / folder).rglob("*.md*"))
    return sorted(path for path in found if path.name.endswith((".md", ".md.jinja")))


def table_names(text: str) -> list[str]:
    """The tables that a page holds, in order."""
    return [match["name"] for match in _TABLE.finditer(text)]


def with_tables(text: str, tables: Mapping[str, Table] = TABLES) -> str:
    """The page as it should be. Raises LookupError for a table that nobody can make."""

    def written(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in tables:
            raise LookupError(f"no table is called '{name}'; there are {', '.join(sorted(tables))}")
        return match["begin"] + "".join(f"{line}\n" for line in tables[name]()) + match["end"]

    return _TABLE.sub(written, text)


def outdated(root: Path = ROOT) -> dict[Path, str]:
    """Pages that differ from what the code says, with the text they should have."""
    texts = {path: path.read_text(encoding="utf-8") for path in pages(root)}
    wanted = {path: with_tables(text) for path, text in texts.items()}
    return {path: text for path, text in wanted.items() if text != texts[path]}


def main() -> int:
    """Write what differs, or with --check only say so."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 on a difference"
    )
    checking: bool = parser.parse_args().check
    found = outdated()
    for path, text in found.items():
        print(f"{'differs' if checking else 'written'}: {path.relative_to(ROOT)}")
        if not checking:
            path.write_text(text, encoding="utf-8")
    return 1 if checking and found else 0


if __name__ == "__main__":
    sys.exit(main())
