"""Patterns are judged by pydantic's engine, or, where that is not installed, with more care."""

import re
import sys
from collections.abc import Iterator

import pytest

from valkey_chassis.fields import patterns


@pytest.fixture(params=["pydantic's engine", "no engine at hand"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    patterns._engine.cache_clear()  # noqa: SLF001 - each engine has to judge for itself
    if request.param == "no engine at hand":
        monkeypatch.setitem(sys.modules, "pydantic_core", None)
    yield
    patterns._engine.cache_clear()  # noqa: SLF001


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("pattern", ["[A-Z]+", r"^\d{3}-[a-f]$", "(red|green)", "a?b*c{2,5}"])
def test_a_plain_pattern_is_taken_and_a_text_for_it_found(pattern: str) -> None:
    assert patterns.refusal(pattern) is None

    text = next(patterns.texts_for(pattern))

    assert patterns.matches(pattern, text)
    assert re.search(pattern, text)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("pattern", ["(", "(?=x)", "(?<!x)y", r"(a)\1", "[z-a]", r"x\Z"])
def test_what_pydantic_would_refuse_is_refused(pattern: str) -> None:
    assert patterns.refusal(pattern)
