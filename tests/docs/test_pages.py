"""The pages of the documentation hold together: links lead somewhere, examples parse, lists are whole."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from page import Page, broken_links
from snapshot import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
A_SCREEN = 45

every_page = pytest.mark.parametrize(
    "path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix()
)


@pytest.fixture(scope="session", params=["default", "full", "minimal"])
def service_pages(request: pytest.FixtureRequest, rendered: Callable[[str], Path]) -> list[Page]:
    service = rendered(request.param)
    found = sorted((service / "docs").rglob("*.md"))
    assert found
    return [Page(service / "README.md"), *map(Page, found)]


@every_page
def test_links_lead_somewhere(path: Path) -> None:
    assert broken_links(Page(path)) == []


@every_page
def test_python_examples_parse(path: Path) -> None:
    for block in Page(path).blocks():
        if block.language == "python":
            ast.parse(block.text, f"{path}:{block.line}")


def test_links_of_a_service_lead_somewhere(service_pages: list[Page]) -> None:
    assert {
        page.path.name: broken for page in service_pages if (broken := broken_links(page))
    } == {}


def test_python_examples_of_a_service_parse(service_pages: list[Page]) -> None:
    for page in service_pages:
        for block in page.blocks():
            if block.language == "python":
                ast.parse(block.text, f"{page.path}:{block.line}")


def test_paths_that_a_service_is_told_of_are_there(service_pages: list[Page]) -> None:
    made_later = re.compile(r"ops/compose.override.yaml|ops/secrets|.*/send_invoice.py")
    root = service_pages[0].path.parent
    told = {
        code
        for page in service_pages
        for code in page.codes()
        if re.fullmatch(r"(src|ops|docs|tests|examples|\.gen)/[\w./-]*", code)
    }

    there_now = {path for path in told if not made_later.fullmatch(path)}

    assert sorted(path for path in there_now if not (root / path).exists()) == []


def test_every_decision_record_is_listed_in_order() -> None:
    listing = Page(ROOT / "docs" / "adr" / "README.md")
    records = sorted(path.name for path in listing.path.parent.glob("*.md") if path != listing.path)

    assert [target for target in listing.links() if "/" not in target] == records


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "adr").glob("[!R]*.md")), ids=lambda path: path.stem
)
def test_a_decision_record_has_context_choice_and_price(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)

    assert headings == ["Context", "Choice", "Price"]


def test_every_page_is_reachable_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        targets = (target.partition("#")[0] for target in Page(path).links())
        found = {(path.parent / target).resolve() for target in targets if target.endswith(".md")}
        waiting += sorted((found & set(PAGES)) - seen - set(waiting))

    assert sorted(set(PAGES) - seen) == []


def test_each_promise_is_shown_by_tests_that_exist() -> None:
    page = Page(ROOT / "docs" / "explanation" / "delivery.md")
    suite = ROOT / "template" / "tests" / "chassis"

    named = {code for code in page.codes() if re.fullmatch(r"[a-z/]+/test_\w+", code)}

    assert named
    assert sorted(name for name in named if not (suite / f"{name}.py.jinja").is_file()) == []


def test_the_readme_is_below_two_screens() -> None:
    assert len(Page(ROOT / "README.md").text.splitlines()) <= 2 * A_SCREEN


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/reference/scripts.md"])
def test_scripts_that_are_named_exist(name: str) -> None:
    named = set(re.findall(r"\bscripts/[a-z]+\b|\.ci/run\b", Page(ROOT / name).text))

    assert named
    assert sorted(script for script in named if not (ROOT / script).is_file()) == []
