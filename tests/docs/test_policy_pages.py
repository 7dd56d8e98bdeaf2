"""Each policy has a page, whose example is a module of a service and runs as the page says."""

import re
from collections.abc import Callable
from pathlib import Path

from page import Page

# Decorators that share a page with another, and pages of what is no decorator.
ELSEWHERE = {"require_roles": "permissions", "require_scopes": "permissions"}
NO_DECORATOR = {"load_shedding"}


def files_of(page: Page) -> dict[str, str]:
    """What a reader writes, by its path in a service."""
    return {
        word.removeprefix("file="): block.text
        for block in page.blocks()
        for word in block.words
        if word.startswith("file=")
    }


def test_the_examples_of_all_policies_run(
    service_copy: Callable[[str], Path], run_in: Callable[..., str], shared_folder: Path
) -> None:
    root = service_copy("default")
    pages = [Page(path) for path in sorted((root / "docs/chassis/policies").glob("*.md"))]
    written: list[str] = []
    for page in pages:
        for path, text in files_of(page).items():
            (root / path).write_text(text, encoding="utf-8")
            written.append(path)
    assert len(written) == 2 * (len(pages) - len(NO_DECORATOR))

    run_in(root, "ruff", "check", *written)
    run_in(root, "ruff", "format", "--check", *written)
    run_in(root, "mypy", f"--cache-dir={shared_folder / 'mypy-default'}", *written)
    tests = [path for path in written if path.startswith("tests/")]
    run_in(root, "pytest", "-q", "-p", "no:cacheprovider", *tests)


def test_every_policy_has_a_page(rendered: Callable[[str], Path]) -> None:
    folder = rendered("default") / "docs" / "chassis"
    rows = re.findall(
        r"^\| (`[^|]+) \| `\w+` \|", (folder / "policies.md").read_text("utf-8"), re.MULTILINE
    )
    named = {name for row in rows for name in re.findall(r"\w+", row)}

    pages = {path.stem for path in (folder / "policies").glob("*.md")}

    assert {ELSEWHERE.get(name, name) for name in named} == pages - NO_DECORATOR
