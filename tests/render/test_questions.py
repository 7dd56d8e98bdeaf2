"""Questions explain themselves, and no answer, however nasty, makes files that do not parse."""

import ast
import itertools
import json
import keyword
import re
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rendering import answer_sets, load_answers, render
from snapshot import ROOT
from tree import answers_of, texts_of

GATED = {"_tasks", "_migrations", "_jinja_extensions", "_external_data"}

NASTY_LINES = (
    """Bob's "best" \\ service \\n""",
    "{{ 7 * 7 }} {% raw %} {# gone? #}",
    "${HOME} $(id) `id` %(name)s",
    "!!python/object/apply:os.system [id]",
    "- key: value # comment",
    "&anchor *alias |",
    "''' \"\"\" ]] >>> <!-- -->",
    "null",
    "0755",
    "Zahlungen für Köln, 支払い, платежи 💸",
    "@team % , ? : ! ~ =",
)
REFUSED_LINES = (
    "two\nlines",
    "tab\there",
    "nul\x00",
    "bell\x07",
    "rtl \u202e",
    "zero\u200bwidth",
    "",
)


@pytest.fixture(scope="module")
def ask(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[dict[str, object]], Path]:
    """Render the files that answers can reach; verbatim ones are left out of this template."""
    folder = tmp_path_factory.mktemp("questions")
    reachable = folder / "template"
    for path in template.rglob("*"):
        if path.suffix == ".jinja" or (path.parent == template and path.is_file()):
            target = reachable / path.relative_to(template)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    numbers = itertools.count()
    return lambda answers: render(answers, folder / f"service-{next(numbers)}", reachable)


# A question is what the YAML says, checked here.
@pytest.fixture(scope="module")
def copier_yml() -> dict[str, Any]:
    """Everything in copier.yml, its included word lists too."""
    text = (ROOT / "copier.yml").read_text(encoding="utf-8").replace("!include reserved.yml", "")
    merged: dict[str, Any] = yaml.safe_load((ROOT / "reserved.yml").read_text(encoding="utf-8"))
    for document in yaml.safe_load_all(text):
        merged |= document or {}
    return merged


def test_template_needs_no_trust(copier_yml: dict[str, Any]) -> None:
    assert GATED & set(copier_yml) == set()


def test_misspelt_variables_stop_the_rendering(copier_yml: dict[str, Any]) -> None:
    assert copier_yml["_envops"]["undefined"] == "jinja2.StrictUndefined"


def test_every_question_has_help_and_default(copier_yml: dict[str, Any]) -> None:
    asked = {
        name: question
        for name, question in copier_yml.items()
        if not name.startswith("_") and question.get("when") is not False
    }

    assert len(asked) == 8
    assert [name for name, question in asked.items() if {"help", "default"} - set(question)] == []
    typed = [
        name for name, question in asked.items() if not {"validator", "choices"} & set(question)
    ]
    assert typed == []


def test_every_answer_is_used_in_the_template(template: Path, copier_yml: dict[str, Any]) -> None:
    questions = [name for name, value in copier_yml.items() if not name.startswith("_") and value]
    sources = [*(template / "template").rglob("*.jinja"), template / "copier.yml"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)

    unused = [name for name in questions if not re.search(rf"\{{[{{%][^}}]*\b{name}\b", text)]

    assert unused == []


def test_reserved_names_cover_python_and_the_dependencies(copier_yml: dict[str, Any]) -> None:
    reserved = set(copier_yml["reserved_names"]["default"].split())
    shaped = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*").fullmatch
    taken = {*sys.stdlib_module_names, *keyword.kwlist, "celery", "valkey", "tests", "src", "ops"}

    assert {name for name in taken if shaped(name)} - reserved == set()


def test_defaults_alone_render_a_service(ask: Callable[[dict[str, object]], Path]) -> None:
    service = ask({})

    assert answers_of(service)["slug"] == "my-service"
    assert answers_of(service)["package"] == "my_service"


def test_full_answers_use_the_longest_name_allowed() -> None:
    assert len(str(load_answers("full")["project_name"])) == 40


@pytest.mark.parametrize(
    ("project_name", "slug", "package"),
    [
        ("Order Service", "order-service", "order_service"),
        ("Bob's (EU) Billing & Co.", "bobs-eu-billing-co", "bobs_eu_billing_co"),
        ("B2B", "b2b", "b2b"),
    ],
)
def test_names_follow_from_the_project_name(
    ask: Callable[[dict[str, object]], Path], project_name: str, slug: str, package: str
) -> None:
    answers = answers_of(ask({"project_name": project_name}))

    assert (answers["slug"], answers["package"]) == (slug, package)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"project_name": "\u041erder Service"}, "unaccented letters"),
        ({"project_name": "9 Lives"}, "start with a letter"),
        ({"project_name": "Order\nService"}, "start with a letter"),
        ({"project_name": "{{ cycler }}"}, "start with a letter"),
        ({"project_name": "x" * 41}, "41 characters; 40 are allowed"),
        ({"project_name": "Celery"}, "taken by Python, a dependency"),
        ({"slug": "Order"}, "joined by single hyphens"),
        ({"slug": "a--b"}, "joined by single hyphens"),
        ({"slug": "uv"}, "taken by Python, a dependency or a command"),
        ({"slug": "order\n"}, "joined by single hyphens"),
        ({"package": "order-service"}, "joined by single underscores"),
        ({"package": "class"}, '"class" is taken by Python'),
        ({"package": "platform"}, '"platform" is taken by Python'),
        ({"package": "valkey"}, '"valkey" is taken by Python, a dependency'),
        ({"package": "tests"}, "folder of the service"),
        ({"package": "../escape"}, "joined by single underscores"),
        ({"package": "\u0441elery"}, "joined by single underscores"),
        ({"description": "x" * 201}, "201 characters; 200 are allowed"),
        ({"python_version": "3.10"}, "3.10"),
        ({"ci": "jenkins"}, "jenkins"),
        ({"features": ["kafka"]}, "kafka"),
    ],
    ids=lambda value: ascii(value)[1:36],
)
def test_impossible_answers_are_refused_with_the_reason(
    ask: Callable[[dict[str, object]], Path], answers: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        ask(answers)


@pytest.mark.parametrize("question", ["description", "team"])
@pytest.mark.parametrize("line", REFUSED_LINES, ids=ascii)
def test_lines_that_break_files_are_refused(
    ask: Callable[[dict[str, object]], Path], question: str, line: str
) -> None:
    with pytest.raises(ValueError, match=question):
        ask({question: line})


@pytest.mark.parametrize("line", NASTY_LINES, ids=ascii)
def test_nasty_lines_arrive_as_they_were_typed(
    ask: Callable[[dict[str, object]], Path], line: str
) -> None:
    assert_arrives(ask({"description": line, "team": line}), line)


@given(line=st.text(min_size=1, max_size=60))
@example(line="\U0001f600\x85")
@example(line="\ud800")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_line_arrives_as_typed_or_is_refused(
    ask: Callable[[dict[str, object]], Path], line: str
) -> None:
    try:
        service = ask({"description": line, "team": line})
    except ValueError as error:
        refusal = str(error)
    else:
        assert_arrives(service, line)
        return

    assert "description" in refusal


@pytest.mark.parametrize("name", answer_sets())
def test_stored_answers_are_the_given_ones(rendered: Callable[[str], Path], name: str) -> None:
    stored = answers_of(rendered(name))

    assert {key: stored[key] for key in load_answers(name)} == load_answers(name)
    assert {key for key in stored if key.startswith("_")} == {"_commit", "_src_path"}


def assert_arrives(service: Path, line: str) -> None:
    """Every file parses, and the line is in them unchanged."""
    texts = texts_of(service)
    for path, text in texts.items():
        if path.endswith(".toml"):
            tomllib.loads(text)
        elif path.endswith((".yml", ".yaml")):
            list(yaml.safe_load_all(text))
        elif path.endswith(".json"):
            json.loads(text)
        elif path.endswith(".py"):
            ast.parse(text)
    assert tomllib.loads(texts["pyproject.toml"])["project"]["description"] == line
    assert answers_of(service)["description"] == answers_of(service)["team"] == line
    assert line in texts["README.md"]
