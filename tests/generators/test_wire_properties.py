"""What the comparison of two models lets pass, pydantic accepts."""

import ast
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from valkey_chassis.wire import breaks
from valkey_chassis.wire_models import model_of
from valkey_chassis.wire_types import definitions_in

HEAD = """
import datetime as dt
from decimal import Decimal
from typing import Literal
from pydantic import BaseModel, ConfigDict, Field

class Args(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
"""
numbers = st.integers(-3, 12)
sizes = st.integers(0, 6)


def some_of(pool: Mapping[str, st.SearchStrategy[object]]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=dict(pool))


def days(offset: int) -> dt.date:
    return dt.date(2026, 1, 10) + dt.timedelta(days=offset)


ORDER = dict.fromkeys(("gt", "ge", "lt", "le"), numbers)
# Type, its limits, and what a message may say; narrow, so that limits are often met.
TYPES: dict[str, tuple[st.SearchStrategy[dict[str, object]], st.SearchStrategy[object]]] = {
    "int": (some_of(ORDER), numbers),
    "float": (some_of(ORDER), numbers.map(float)),
    "str": (
        some_of(
            {"min_length": sizes, "max_length": sizes, "pattern": st.sampled_from(["a", "^b*$"])}
        ),
        st.text("ab", max_size=6),
    ),
    "Decimal": (
        some_of({"max_digits": st.integers(1, 5), "decimal_places": sizes, "gt": numbers}),
        st.decimals(-999, 9999, places=2).map(str),
    ),
    "dt.date": (
        some_of({"ge": numbers.map(days), "lt": numbers.map(days)}),
        numbers.map(days).map(str),
    ),
    "list[int]": (
        some_of({"min_length": sizes, "max_length": sizes}),
        st.lists(numbers, max_size=5),
    ),
    "list[int | None]": (some_of({"max_length": sizes}), st.lists(st.none() | numbers, max_size=5)),
    "dict[str, Literal['a', 'b']]": (
        some_of({"max_length": sizes}),
        st.dictionaries(st.sampled_from("xyz"), st.sampled_from("ab")),
    ),
    "Literal['a', 'b']": (st.just({}), st.sampled_from("ab")),
    "Literal['a']": (st.just({}), st.just("a")),
    "Literal['b', 'c', 'a']": (st.just({}), st.sampled_from("abc")),
    "bool": (st.just({}), st.booleans()),
}


@st.composite
def fields(draw: st.DrawFn, of: str | None = None) -> tuple[str, str]:
    """A type and the field that is made of it."""
    name = of or draw(st.sampled_from(sorted(TYPES)))
    settings = [f"{key}={value!r}" for key, value in draw(TYPES[name][0]).items()]
    if draw(st.booleans()):
        settings.append("default=None")
    optional = " | None" if draw(st.booleans()) else ""
    written = ", ".join(settings).replace("datetime.", "dt.")
    return name, f"{name}{optional} = Field({written})"


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, str, list[Any]]:
    """A model, a later one that is near to it, and messages of the first."""
    before: dict[str, tuple[str, str]] = {}
    after: dict[str, str] = {}
    for name in draw(st.lists(st.sampled_from("xyz"), min_size=1, max_size=3, unique=True)):
        kind, text = before[name] = draw(fields())
        change = draw(st.sampled_from(["none", "limits", "type", "gone"]))
        if change == "none":
            after[name] = text
        elif change != "gone":
            after[name] = draw(fields(kind if change == "limits" else None))[1]
    if draw(st.booleans()):
        after["later"] = draw(fields())[1]
    message = st.fixed_dictionaries(
        {name: st.none() | TYPES[kind][1] for name, (kind, _) in before.items()}
    )
    texts = {name: text for name, (_, text) in before.items()}
    return source(texts), source(after), draw(st.lists(message, min_size=8, max_size=16))


def source(fields_by_name: dict[str, str]) -> str:
    return HEAD + "".join(f"    {name}: {text}\n" for name, text in fields_by_name.items())


def built(text: str) -> type[BaseModel]:
    module: dict[str, Any] = {"__name__": "made"}
    exec(compile(text, "made", "exec", dont_inherit=True), module)  # noqa: S102 - our own text
    model: type[BaseModel] = module["Args"]
    return model


def queued(model: TypeAdapter[BaseModel], message: object) -> str | None:
    """As it lies in the queue; None for what was never accepted, or not even by its own reader."""
    try:
        text = model.validate_json(json.dumps(message)).model_dump_json()
        model.validate_json(text)
    except ValidationError:
        return None
    return text


@settings(max_examples=150, deadline=None)
@given(histories())
def test_what_is_let_pass_pydantic_accepts(history: tuple[str, str, list[Any]]) -> None:
    before, after, messages = history
    was, now = model_of(before, "Args"), model_of(after, "Args")
    assert was is not None
    assert now is not None
    is_told = bool(list(breaks(was, now)))
    event(f"told: {is_told}")
    assume(not is_told)

    earlier, later = TypeAdapter(built(before)), built(after)
    for message in messages:
        text = queued(earlier, message)
        if text is not None:
            event("message compared")
            later.model_validate_json(text)


@settings(max_examples=50, deadline=None)
@given(histories())
def test_a_model_fits_itself(history: tuple[str, str, list[Any]]) -> None:
    model = model_of(history[0], "Args")

    assert model is not None
    assert list(breaks(model, model)) == []


@settings(max_examples=100, deadline=None)
@given(histories())
def test_a_model_of_another_module_is_judged_as_if_it_were_the_message(
    history: tuple[str, str, list[Any]],
) -> None:
    before, after, _ = history
    task = "class Task(TaskArgs):\n    inner: list[Args]\n"
    was, now = (model_of(text, "Args") for text in (before, after))
    holds, held = (
        model_of(task, "Task", definitions_in(ast.parse(text))) for text in (before, after)
    )
    assert was is not None
    assert now is not None
    assert holds is not None
    assert held is not None

    told = [each.reason for each in breaks(was, now)]
    told_within = [each.reason for each in breaks(holds, held)]

    names = {name: f"args.inner.{name}" for name in ("x", "y", "z", "later")}
    for name, path in names.items():
        told = [reason.replace(f"'{name}'", f"'{path}'") for reason in told]
    assert told_within == told
