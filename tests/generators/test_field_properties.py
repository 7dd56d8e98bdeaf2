"""Whatever is accepted works in pydantic; whatever is not is refused at a column.

``GEN_EXAMPLES=5000`` tries so many accepted specs; without it, as many as take a few seconds.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, PlainSerializer, SecretStr, ValidationError

from generators.bare_service import Answer, make_bare_service, tree_of
from generators.field_specs import ANYTHING, BY_TYPE, MODELS
from valkey_chassis.errors import Refusal
from valkey_chassis.fields import FieldSpec, Import, is_own, parse_field
from valkey_chassis.fields.tokens import MAX_SPEC
from valkey_chassis.models import ServiceModels
from valkey_chassis.project import Project
from valkey_chassis.recipes.pages import field_rows, json_sample
from valkey_chassis.render import import_block

Gen = Callable[..., Answer]

EXAMPLES: Final = int(os.environ.get("GEN_EXAMPLES", "400"))
# Compiled together, since the imports of each module cost more than one model in it.
BATCH: Final = 100
# Stands for the one type that a task's module takes from its chassis.
SECRET = Annotated[SecretStr, PlainSerializer(SecretStr.get_secret_value, when_used="json")]


@dataclass(frozen=True)
class Made:
    """A spec, the model that has it as its one field, and a value of it."""

    field: FieldSpec
    model: type[BaseModel]
    sample: Any
    wrong: Any


def drawn(strategy: st.SearchStrategy[str], wanted: int, take: Callable[[str], None]) -> None:
    """Hand out examples of a strategy, a few of which may not be what was wanted."""

    @settings(
        max_examples=wanted,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def examples(spec: str) -> None:
        take(spec)

    examples()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ServiceModels:
    """Those of a service that fields may refer to."""
    project = make_bare_service(tmp_path_factory.mktemp("service"))
    (project.root / "src/demo_service/models.py").write_text(MODELS)
    return ServiceModels(project, project.tasks / "made.py")


@pytest.fixture(scope="module")
def made(models: ServiceModels) -> list[Made]:
    """As many accepted specs as were asked for, each as a model that was compiled."""
    fields: list[FieldSpec] = []
    for strategy in BY_TYPE:
        fields += accepted(strategy, EXAMPLES // len(BY_TYPE) + 1, models)
    assert len(fields) >= EXAMPLES
    parts = [fields[start : start + BATCH] for start in range(0, len(fields), BATCH)]
    return [each for part in parts for each in compiled(part)]


def accepted(
    strategy: st.SearchStrategy[str], wanted: int, models: ServiceModels
) -> list[FieldSpec]:
    """So many different specs of a strategy that are accepted."""
    found: dict[str, FieldSpec] = {}

    def take(spec: str) -> None:
        if len(found) < wanted and spec not in found:
            try:
                found[spec] = parse_field(spec, models)
            except Refusal:
                return

    for _ in range(10):
        if len(found) < wanted:
            drawn(strategy, wanted + 10, take)
    return list(found.values())


def compiled(fields: list[FieldSpec]) -> Iterator[Made]:
    """One module with a model for each field, run as Python would run it."""
    needed = {
        Import("pydantic", "BaseModel"),
        *(each for field in fields for each in (*field.model_imports, *field.kind.value_imports)),
    }
    source = import_block(each for each in needed if not is_own(each))
    for number, field in enumerate(fields):
        source += f"\n\nclass Model{number}(BaseModel):\n"
        source += f"    {field.name}: {field.annotation}{field.assignment}\n"
    # As modules of their own, so that names in one do not help the other.
    shared: dict[str, Any] = {"__name__": "shared", "Secret": SECRET}
    run(MODELS.replace("from .chassis import Secret", ""), shared)
    module = {"__name__": "made", **shared}
    run(source, module)
    for number, field in enumerate(fields):
        sample = eval(field.sample_source, module)
        yield Made(field, module[f"Model{number}"], sample, eval(str(field.kind.wrong), module))


def run(source: str, module: dict[str, Any]) -> None:
    exec(compile(source, "made", "exec", dont_inherit=True), module)  # noqa: S102 - our own text


def offenders(made: list[Made], works: Callable[[Made], bool]) -> list[str]:
    """The specs for which something does not hold, or ends in an error."""
    found = []
    for each in made:
        try:
            good, why = works(each), ""
        except Exception as error:  # noqa: BLE001 - every spec is to be heard, with its reason
            good, why = False, f": {error}"
        if not good:
            found.append(f"{each.field.spec}{why}")
    return found


def test_an_accepted_spec_yields_a_model_that_takes_its_sample(made: list[Made]) -> None:
    def works(each: Made) -> bool:
        value = each.model(**{each.field.name: each.sample})
        return (
            each.model.model_json_schema()["properties"].keys() == {each.field.name}
            and each.model.model_validate(value.model_dump()) == value
            and each.model.model_validate_json(value.model_dump_json()) == value
        )

    assert offenders(made, works) == []


def test_the_json_of_a_page_is_what_the_model_takes(made: list[Made]) -> None:
    def works(each: Made) -> bool:
        read = each.model.model_validate_json(json_sample([each.field]))
        return read == each.model(**{each.field.name: each.sample})

    assert offenders(made, works) == []


def test_a_field_is_one_row_of_four_cells_on_its_page(made: list[Made]) -> None:
    def works(each: Made) -> bool:
        (row,) = field_rows([each.field])
        cells = " | ".join(row)
        bars = re.findall(r"(?<!\\)\|", cells)
        return len(bars) == len(row) - 1 and cells.isprintable()

    assert offenders(made, works) == []


def test_an_accepted_default_keeps_its_own_limits(made: list[Made]) -> None:
    def works(each: Made) -> bool:
        class Strict(each.model):  # type: ignore[misc, name-defined]
            model_config = ConfigDict(validate_default=True)

        name = each.field.name
        return bool(getattr(Strict(), name) == getattr(each.model(), name))

    assert offenders([each for each in made if not each.field.required], works) == []


def test_the_wrong_value_of_a_type_is_refused_by_it(made: list[Made]) -> None:
    def works(each: Made) -> bool:
        with pytest.raises(ValidationError):
            each.model(**{each.field.name: each.wrong})
        return True

    assert offenders([each for each in made if each.field.kind.wrong is not None], works) == []


def test_any_words_are_accepted_or_refused_inside_the_spec(models: ServiceModels) -> None:
    def take(spec: str) -> None:
        try:
            field = parse_field(spec, models)
        except Refusal as refusal:
            assert len(spec) > MAX_SPEC or refusal.column is not None
            assert 0 <= (refusal.column or 0) <= len(refusal.argument)
        else:
            assert field.spec == spec

    drawn(ANYTHING, EXAMPLES, take)


def test_a_refused_spec_leaves_the_tree_as_it_was(service: Project, gen: Gen) -> None:
    before = tree_of(service.root)
    refused = 0

    def take(spec: str) -> None:
        nonlocal refused
        # What begins like an option is one.
        if not spec.startswith("-"):
            answer = gen("task", "charge_card", spec)
            refused += answer.code == 2
            assert (answer.code == 2) == ("  ^\n" in answer.err or "a field spec of" in answer.err)
            assert tree_of(service.root) == before

    drawn(ANYTHING.filter(lambda spec: not _is_accepted(spec)), EXAMPLES // 4, take)

    assert refused


def _is_accepted(spec: str) -> bool:
    try:
        parse_field(spec)
    except Refusal:
        return False
    return True
