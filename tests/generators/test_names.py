"""Which names a task or field may have."""

import sys

import pytest
from pydantic import BaseModel

from valkey_chassis.errors import Refusal
from valkey_chassis.names import check_field_name, check_task_name, class_name, snake_case


@pytest.mark.parametrize("name", ["send_invoice", "a", "resize2", "x" * 64, "import_2024_orders"])
def test_plain_snake_case_names_a_task(name: str) -> None:
    check_task_name(name, "demo_service")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("../x", 0),
        ("/etc/passwd", 0),
        ("a/b", 1),
        ("a.b", 1),
        ("", 0),
        ("SendInvoice", 0),
        ("sendInvoice", 4),
        ("_x", 0),
        ("__init__", 0),
        ("a__b", 1),
        ("a_", 1),
        ("2fast", 0),
        ("a b", 1),
        ("ｓend", 0),
        ("sеnd", 1),  # a Cyrillic letter
        ("a\n", 1),
        ("x" * 65, 64),
    ],
)
def test_a_name_of_another_form_is_refused_at_its_first_wrong_letter(
    name: str, column: int
) -> None:
    with pytest.raises(Refusal) as caught:
        check_task_name(name, "demo_service")

    assert caught.value.argument == name
    assert caught.value.column == column


@pytest.mark.parametrize(
    "name",
    [
        *("class", "match", "async"),
        *("json", "asyncio", "uuid"),
        *("celery", "pydantic", "tests", "demo_service"),
        *("task", "retry", "credits", "dt", "args", "context"),
        *("print", "list"),
        *("test", "test_upload", "testify"),
        *("con", "nul", "lpt1"),
    ],
)
def test_a_name_that_would_shadow_something_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(Refusal, match="cannot name a task") as caught:
        check_task_name(name, "demo_service")

    assert "for example" in caught.value.way_out


def test_no_module_of_the_standard_library_names_a_task() -> None:
    accepted = []
    for name in sorted(sys.stdlib_module_names):
        try:
            check_task_name(name, "demo_service")
            accepted.append(name)
        except Refusal:
            continue

    assert accepted == []


@pytest.mark.parametrize(
    "name", ["str", "list", "dt", "model_name", "copy", "schema", "class", "l"]
)
def test_a_field_name_that_breaks_a_model_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="cannot name a field"):
        check_field_name(name)


def test_no_attribute_of_pydantic_models_names_a_field() -> None:
    accepted = []
    for name in dir(BaseModel):
        try:
            check_field_name(name)
            accepted.append(name)
        except Refusal:
            continue

    assert accepted == []


@pytest.mark.parametrize("name", ["date", "uuid", "decimal", "type", "id", "match"])
def test_a_field_may_be_called_like_its_type(name: str) -> None:
    check_field_name(name)


def test_class_names_follow_from_task_names() -> None:
    assert class_name("send_invoice_2") == "SendInvoice2"


@pytest.mark.parametrize(
    ("text", "name"),
    [("SendInvoice", "send_invoice"), ("send-invoice", "send_invoice"), ("../x", "x"), ("!", "")],
)
def test_the_nearest_right_name_is_offered(text: str, name: str) -> None:
    assert snake_case(text) == name
