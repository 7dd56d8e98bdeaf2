"""The reference and the code say the same: tables, settings, metrics, commands, alerts, public names."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

import command_tables
import documenting
import service_tables
from documenting import TABLES
from page import Page
from snapshot import ROOT
from valkey_chassis.cli import main as gen

CHASSIS_PAGES = ROOT / "template" / "docs" / "chassis"


@pytest.fixture(scope="session")
def pages() -> list[Page]:
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *documenting.pages()]
    return [Page(path) for path in found]


def mentioned(pages: list[Page], pattern: str) -> Iterator[tuple[str, str]]:
    """Every match of a pattern's group in a page, with the page's name."""
    for page in pages:
        for match in re.finditer(pattern, page.text):
            yield match[1], page.path.name


def test_tables_say_what_the_code_says() -> None:
    outdated = [path.relative_to(ROOT).as_posix() for path in documenting.outdated()]

    assert outdated == [], "run scripts/docs"


def test_every_table_is_on_one_page(pages: list[Page]) -> None:
    names = [name for page in pages for name in documenting.table_names(page.text)]

    assert sorted(names) == sorted(TABLES)


def test_settings_that_are_named_exist(pages: list[Page]) -> None:
    known = service_tables.variables()
    sections = {variable.partition("_")[0] for variable in known}
    pattern = rf"\b((?:{'|'.join(sections)})(?:_[A-Z0-9]+)+)\b"
    named = {(name, page) for name, page in mentioned(pages, pattern)}
    compose = (ROOT / "template/ops/compose.yaml.jinja").read_text("utf-8")
    # Compose has variables of its own, and so have this repository's scripts.
    theirs = {"VALKEY_CHASSIS_PYTHON", *re.findall(r"\$\{(\w+)", compose)}
    ours = theirs | set(known) | {f"{name}_FILE" for name in known}

    assert {(name, page) for name, page in named if name not in ours} == set()


def test_overrides_that_are_named_exist(pages: list[Page]) -> None:
    endings = service_tables.override_endings()
    named = {(name, page) for name, page in mentioned(pages, r"\bTASK_[A-Z0-9_]*?(__[A-Z_]+)\b")}

    # Where a task has several policies of one name, their scope is part of it.
    unscoped = {(re.sub("_(USER|TENANT|TASK|IP)__", "__", name), page) for name, page in named}
    assert named
    assert {(name, page) for name, page in unscoped if name not in endings} == set()


def test_settings_of_the_example_file_exist() -> None:
    example = (ROOT / "template/.env.example.jinja").read_text("utf-8")
    named = re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE)

    assert named
    known = {*service_tables.variables(), *service_tables.seed_variables()}
    plain = [name for name in named if "__" not in name]
    assert [name for name in plain if name not in known] == []
    endings = tuple(service_tables.override_endings())
    assert [name for name in named if name not in plain and not name.endswith(endings)] == []


def test_metrics_that_are_named_exist(pages: list[Page]) -> None:
    # A function of the original guide is called like one.
    known = {*service_tables.series(), "service_rate_limit"}
    named = set(mentioned(pages, r"\b(service_[a-z0-9_]+[a-z0-9])\b(?!\()"))

    assert {(name, page) for name, page in named if name not in known} == set()


def test_commands_that_are_named_exist(pages: list[Page]) -> None:
    known = command_tables.command_words()
    pattern = r"uv run (?:\{\{ slug \}\}|order-service|my-service) ([a-z-]+(?: [a-z-]+)?)"

    for words, page in mentioned(pages, pattern):
        first, _, second = words.partition(" ")
        assert first in known, f"{page} names a command '{first}'"
        # What follows a command without subcommands is an argument.
        if second and known[first] and not second.startswith("-"):
            assert second in known[first], f"{page} names a command '{first} {second}'"


def test_every_option_of_gen_has_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    page = Page(ROOT / "docs" / "reference" / "gen.md")
    for words in (["--help"], ["task", "--help"]):
        with pytest.raises(SystemExit):
            gen(words)
    options = set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out))

    assert options
    assert {option for option in options if option not in page.text} == set()


def test_every_modifier_of_a_field_has_its_place() -> None:
    from valkey_chassis.fields.grammar import FLAGS
    from valkey_chassis.fields.kinds import SCALARS

    codes = Page(ROOT / "docs" / "reference" / "gen.md").codes()
    modifiers = FLAGS.union(*(kind.modifiers for kind in SCALARS.values()))
    explained = {word for code in codes for word in re.findall(r"[a-z]+", code.partition("=")[0])}

    assert modifiers - explained == set()


def test_every_alert_has_its_chapter_and_none_is_left_over(
    rendered: Callable[[str], Path],
) -> None:
    service = rendered("default")
    rules = yaml.safe_load((service / "ops/prometheus/rules/alerts.yml").read_text("utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
    page = service / "docs" / "chassis" / "alerts.md"
    chapters = re.findall(r"^## (\w+)$\n\n\*\*(\w+)\*\*", page.read_text("utf-8"), re.MULTILINE)

    assert sorted(chapters) == sorted(
        (rule["alert"], rule["labels"]["severity"]) for rule in alerts
    )
    for rule in alerts:
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert (service / path) == page
        assert anchor in Page(page).anchors()


def test_every_name_of_the_face_is_explained() -> None:
    explained = "".join(page.read_text("utf-8") for page in sorted(CHASSIS_PAGES.glob("*.jinja")))
    names = service_tables.face()

    assert names
    assert [name for name in names if not re.search(rf"\b{name}\b", explained)] == []


def test_every_outcome_of_a_delivery_is_explained() -> None:
    _, _, table = (CHASSIS_PAGES / "metrics.md").read_text("utf-8").partition("| Outcome of")
    first_cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)

    assert set(re.findall(r"`(\w+)`", " ".join(first_cells))) == service_tables.outcomes()


def test_every_error_of_the_tree_is_explained() -> None:
    page = (CHASSIS_PAGES / "errors.md").read_text("utf-8")
    names = service_tables.errors()

    assert [name for name in names if f"`{name}`" not in page] == []
