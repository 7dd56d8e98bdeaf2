"""What a spec makes is read back as a spec that makes the same."""

from hypothesis import HealthCheck, assume, given, settings

from generators.field_specs import VALID_MOSTLY
from valkey_chassis.commands.specs_of_source import specs_of
from valkey_chassis.errors import Refusal
from valkey_chassis.fields import parse_field


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(VALID_MOSTLY)
def test_a_field_is_read_as_a_spec_that_makes_it(spec: str) -> None:
    try:
        field = parse_field(spec)
    except Refusal:
        assume(False)
        raise
    line = f"{field.name}: {field.annotation}{field.assignment}"

    found = specs_of(f"class Args(TaskArgs):\n    {line}\n", "Args")

    assert found.unsaid == ()
    (again,) = map(parse_field, found.said)
    assert f"{again.name}: {again.annotation}{again.assignment}" == line
