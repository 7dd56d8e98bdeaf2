"""What a spec makes is read back as a spec that makes the same."""

from hypothesis import HealthCheck, assume, given, settings

from generators.field_specs import VALID_MOSTLY
from valkey_chassis.commands.specs_of_source import specs_of
from valkey_chassis.errors import Refusal
from valkey_chassis.fields import parse_field


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(VALID_MOSTLY)
def test_a_model_is_read_as_the_specs_that_make_it_or_not_at_all(spec: str) -> None:
    try:
        field = parse_field(spec)
    except Refusal:
        assume(False)
        raise
    line = f"{field.name}: {field.annotation}{field.assignment}"

    found = specs_of(f"class Args(TaskArgs):\n    {line}\n", "Args")

    if found is not None:
        (again,) = (parse_field(each) for each in found)
        assert (again.name, again.annotation) == (field.name, field.annotation)
        assert again.constraints == field.constraints
        assert again.required == field.required
