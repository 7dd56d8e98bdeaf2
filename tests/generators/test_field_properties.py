"""Whatever is accepted works in pydantic; whatever is not is refused at a column."""

import re
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from pydantic import BaseModel, ConfigDict, PlainSerializer, SecretStr, ValidationError

from generators.field_specs import ANYTHING, VALID_MOSTLY
from valkey_chassis.errors import Refusal
from valkey_chassis.fields import FACE, FieldSpec, Import, parse_field
from valkey_chassis.fields.tokens import MAX_SPEC
from valkey_chassis.recipes.pages import field_rows, json_sample
from valkey_chassis.render import import_block

# Parsing is quick, pydantic's compiling of each model is not: no deadline for a shared machine.
many = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


# Stands for the one type that a task's module takes from its chassis.
SECRET = Annotated[SecretStr, PlainSerializer(SecretStr.get_secret_value, when_used="json")]


def model_of(field: FieldSpec) -> tuple[type[BaseModel], dict[str, Any]]:
    """The model that holds the field, and the module around it."""
    needed = {*field.model_imports, *field.kind.value_imports, Import("pydantic", "BaseModel")}
    imports = {each for each in needed if each.module != FACE}
    source = (
        f"{import_block(imports)}\n\n"
        f"class Model(BaseModel):\n"
        f"    {field.name}: {field.annotation}{field.assignment}\n"
    )
    module: dict[str, Any] = {"__name__": "made", "Secret": SECRET}
    exec(compile(source, "made", "exec", dont_inherit=True), module)  # noqa: S102 - our own text
    model: type[BaseModel] = module["Model"]
    return model, module


def accepted(spec: str) -> FieldSpec:
    try:
        return parse_field(spec)
    except Refusal:
        assume(False)
        raise


@many
@given(VALID_MOSTLY)
def test_an_accepted_spec_yields_a_model_that_takes_its_sample(spec: str) -> None:
    field = accepted(spec)
    model, module = model_of(field)

    sample = eval(field.sample_source, module)
    made = model(**{field.name: sample})

    assert model.model_json_schema()["properties"].keys() == {field.name}
    assert model.model_validate(made.model_dump()) == made
    assert model.model_validate_json(made.model_dump_json()) == made


@many
@given(VALID_MOSTLY)
def test_the_json_of_a_page_is_what_the_model_takes(spec: str) -> None:
    field = accepted(spec)
    model, module = model_of(field)

    read = model.model_validate_json(json_sample([field]))

    assert read == model(**{field.name: eval(field.sample_source, module)})


@many
@given(VALID_MOSTLY)
def test_a_field_is_one_row_of_four_cells_on_its_page(spec: str) -> None:
    (row,) = field_rows([accepted(spec)])

    cells = " | ".join(row)

    assert len(re.findall(r"(?<!\\)\|", cells)) == len(row) - 1
    assert cells.isprintable()


@many
@given(VALID_MOSTLY)
def test_an_accepted_default_keeps_its_own_limits(spec: str) -> None:
    field = accepted(spec)
    assume(not field.required)
    model, _ = model_of(field)

    class Strict(model):  # type: ignore[misc, valid-type]
        model_config = ConfigDict(validate_default=True)

    assert getattr(Strict(), field.name) == getattr(model(), field.name)


@many
@given(VALID_MOSTLY)
def test_the_wrong_value_of_a_type_is_refused_by_it(spec: str) -> None:
    field = accepted(spec)
    assume(field.kind.wrong is not None)
    model, module = model_of(field)

    with pytest.raises(ValidationError):
        model(**{field.name: eval(str(field.kind.wrong), module)})


@many
@given(ANYTHING)
def test_any_words_are_accepted_or_refused_inside_the_spec(spec: str) -> None:
    try:
        field = parse_field(spec)
    except Refusal as refusal:
        assert len(spec) > MAX_SPEC or refusal.column is not None
        assert 0 <= (refusal.column or 0) <= len(refusal.argument)
    else:
        assert field.spec == spec
