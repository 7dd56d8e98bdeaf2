"""What gen takes for cron, the scheduler of a service takes too."""

from datetime import UTC, datetime

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from valkey_chassis.recipes.cron import cron_of

FIELD = st.text("0123456789*/,-#LWfri", min_size=1, max_size=6)
NOW = datetime(2026, 1, 31, tzinfo=UTC)


@given(
    st.lists(FIELD | st.sampled_from(["*", "0", "mon-fri", "*/7", "1-5/2"]), min_size=5, max_size=5)
)
def test_what_is_accepted_can_be_scheduled(fields: list[str]) -> None:
    try:
        expression = cron_of(fields)
    except ValueError:
        return

    CronSim(expression, NOW)


@pytest.mark.parametrize(
    "expression",
    [
        "0 3 * * *",
        "*/5 0-6,22 1,15 * mon-fri",
        "7/10 * L feb-apr 5#2",
        "0 0 LW */2 5L",
        "59 23 31 12 7",
    ],
)
def test_the_usual_forms_are_accepted(expression: str) -> None:
    assert cron_of(expression.split()) == expression


@pytest.mark.parametrize(
    ("expression", "field"),
    [
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day"),
        ("* * * 13 *", "month"),
        ("* * * jann *", "month"),
        ("* * * * 8", "weekday"),
        ("*/0 * * * *", "minute"),
        ("9-3 * * * *", "minute"),
        ("1,, * * * *", "minute"),
        ("*-5 * * * *", "minute"),
    ],
)
def test_the_field_that_is_wrong_is_named(expression: str, field: str) -> None:
    with pytest.raises(ValueError, match=f"as {field} "):
        cron_of(expression.split())
