"""What goes without saying to gen when it reads a decorator goes without saying in the chassis."""

import ast
from pathlib import Path

import pytest

from valkey_chassis.recipes.task_words import FORMS, value_of

CHASSIS = next((Path(__file__).parents[2] / "template" / "src").glob("*package*")) / "chassis"


def signature(name: str) -> ast.arguments:
    for path in CHASSIS.rglob("*.py"):
        if f"\ndef {name}(" in (text := path.read_text(encoding="utf-8")):
            return next(
                node.args
                for node in ast.parse(text).body
                if isinstance(node, ast.FunctionDef) and node.name == name
            )
    raise LookupError(name)


@pytest.mark.parametrize("name", FORMS)
def test_parameters_and_defaults_are_those_of_the_chassis(name: str) -> None:
    given = signature(name)
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    chassis: dict[str, object] = {each.arg: None for each in given.args}
    chassis |= {each.arg: None if node is None else value_of(node) for each, node in named}
    if given.vararg:
        chassis[f"*{given.vararg.arg}"] = ()

    read = FORMS[name].parameters

    assert {parameter: chassis[parameter] for parameter in read} == read
    assert list(read)[: len(given.args)] == [each.arg for each in given.args]
