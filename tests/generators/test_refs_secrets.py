"""Models that hold secrets are no results, however their types are written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
IMPORTS = """from __future__ import annotations

from typing import Annotated, Literal, Optional, TypeAlias

from pydantic import BaseModel, Field, SecretStr

from .chassis import Secret
from .chassis import Secret as Hushed
from .keys import ApiKey, ApiKey as Opener

Hidden: TypeAlias = "Secret"
Open = Annotated[str, Field(max_length=8)]


class Inner(BaseModel):
    key: "Secret"


class Derived(Inner):
    name: str


"""


@pytest.fixture
def holding(service: Project) -> Callable[[str], Path]:
    """Write a model whose one field is of that type."""
    package = service.root / "src/demo_service"
    (package / "keys.py").write_text("from .chassis import Secret\n\nApiKey = list[Secret]\n")

    def write(annotation: str) -> Path:
        place = package / "models.py"
        place.write_text(f"{IMPORTS}class Login(BaseModel):\n    what: {annotation}\n")
        return place

    return write


@pytest.mark.parametrize(
    "annotation",
    [
        "Secret",
        '"Secret"',
        "'list[\"Secret\"] | None'",
        'Optional["Secret"] = None',
        'dict[str, "Secret"]',
        '"Annotated[Secret, Field(min_length=8)]"',
        'Annotated["SecretStr", Field(min_length=8)]',
        '"Inner"',
        "list[Inner]",
        "Derived",
        "Hushed",
        "Hidden",
        "ApiKey",
        '"Opener"',
    ],
)
def test_a_model_that_holds_a_secret_is_no_result(
    service: Project, gen: Gen, holding: Callable[[str], Path], annotation: str
) -> None:
    holding(annotation)
    before = tree_of(service.root)

    answer = gen("task", "log_out", "--result", "login:ref.Login:optional")

    assert answer.code == 2
    assert "would show a secret" in answer.err
    assert tree_of(service.root) == before


@pytest.mark.parametrize("annotation", ["str", "'Literal[\"Secret\"]'", "Open", '"not a type"'])
def test_a_model_without_one_is_a_result(
    gen: Gen, holding: Callable[[str], Path], annotation: str
) -> None:
    holding(annotation)

    assert gen("task", "log_out", "--result", "login:ref.Login:optional").code == 0


def test_nor_does_one_come_in_by_a_source(service: Project, gen: Gen) -> None:
    (service.root / "src/demo_service/models.py").write_text(
        "from pydantic import BaseModel, SecretStr\n\n\n"
        'class Login(BaseModel):\n    key: "SecretStr"\n\n\n'
        'class Session(BaseModel):\n    login: "Login | None" = None\n'
    )

    for model in ("Login", "Session"):
        answer = gen("task", "log_out", "--result-from", f"demo_service.models:{model}")
        assert answer.code == 2
        assert "would show a secret" in answer.err


def test_a_model_that_holds_a_secret_is_an_argument(
    gen: Gen, holding: Callable[[str], Path]
) -> None:
    holding('"Secret"')

    assert gen("task", "log_in", "login:ref.Login").code == 0


def test_what_quotes_say_is_read_as_without_them(
    service: Project, gen: Gen, holding: Callable[[str], Path]
) -> None:
    holding('"Annotated[str, Field(min_length=12)]"\n    rest: \'list["Inner"] | None\'')

    assert gen("task", "log_in", "login:ref.Login").code == 0
    assert "rest=None" in (service.root / "tests/tasks/test_log_in.py").read_text()
