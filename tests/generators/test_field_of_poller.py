"""`gen field` evolves what a poller finds, and tells whom a changed event concerns."""

from collections.abc import Callable

import pytest

from generators.bare_service import Answer, contents_of, edit, lint, text_of, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = ("poller", "fx_rates", "pair:str", "rate:decimal", "--every", "30s")
MODULE = "src/demo_service/tasks/poll_fx_rates.py"
EVENT = "src/demo_service/events/fx_rates_found.py"


@pytest.fixture(autouse=True)
def made(service: Project, gen: Gen) -> None:
    """A service with one poller."""
    for room in (".gen", str(service.events), str(service.event_tests)):
        (service.root / room).mkdir(exist_ok=True)
    gen(*ORDER)


@pytest.mark.parametrize("name", ["fx_rates", "fx_rates_found"])
def test_it_is_as_if_it_had_been_made_with_the_field(service: Project, gen: Gen, name: str) -> None:
    answer = gen("field", name, "bank:str:optional")

    assert answer.code == 0, answer.err
    evolved = contents_of(service.root)
    gen("destroy", "poller", "fx_rates")
    gen("poller", "fx_rates", "pair:str", "rate:decimal", "bank:str:optional", "--every", "30s")
    assert contents_of(service.root) == evolved
    assert gen("check").code == 0


def test_a_fetch_of_your_own_stays(service: Project, gen: Gen) -> None:
    sample = 'return (FxRatesFound(pair="pair", rate=Decimal("9.99")),), cursor'
    edit(service, sample, "raise ConnectionError(cursor)", MODULE)
    edit(service, "from decimal import Decimal\n", "", MODULE)

    answer = gen("field", "fx_rates", "bank:str", "--drained")

    assert answer.code == 0, answer.err
    assert MODULE not in answer.out.partition("note:")[0]
    assert "raise ConnectionError(cursor)" in text_of(service, MODULE)
    assert "Decimal" not in text_of(service, MODULE)
    assert "    bank: str\n" in text_of(service, EVENT)
    lint(service.root)


def test_what_would_break_queued_findings_is_refused(service: Project, gen: Gen) -> None:
    before = tree_of(service.root)

    answer = gen("field", "fx_rates", "--change", "pair:int")

    assert answer.code == 2
    assert "'pair' was str and is int now" in answer.err
    assert tree_of(service.root) == before


def test_that_findings_are_published_once_more_is_told(gen: Gen) -> None:
    answer = gen("field", "fx_rates", "bank:str:optional")

    assert "poller fx_rates knows a finding again by all that it says" in answer.out
    assert f"`identity` in {MODULE} can leave fields out" in answer.out


def test_pollers_of_an_event_that_changes_are_told(gen: Gen) -> None:
    gen("event", "rate_changed", "pair:str")
    gen("poller", "ecb", "--every", "1h", "--event", "rate_changed")

    answer = gen("field", "rate_changed", "--change", "pair:str:default=eur")

    assert "poller ecb uses it: uv run gen upgrade poller ecb" in answer.out
    assert "poller ecb knows a finding again by all that it says" in answer.out
    assert "fx_rates" not in answer.out


def test_listeners_of_a_finding_give_what_it_needs(service: Project, gen: Gen) -> None:
    gen("listener", "note_rate", "--on", "fx_rates_found")
    test = "tests/events/test_note_rate.py"
    assert 'FxRatesFound(pair="pair", rate=Decimal("9.99"))' in text_of(service, test)

    answer = gen("field", "fx_rates", "--change", "pair:str:default=eur")

    assert "listener note_rate uses it: uv run gen upgrade listener note_rate" in answer.out
    gen("upgrade", "listener", "note_rate")
    assert 'FxRatesFound(rate=Decimal("9.99"))' in text_of(service, test)


def test_an_event_that_is_not_its_own_is_named(service: Project, gen: Gen) -> None:
    gen("event", "rate_changed", "pair:str")
    gen("poller", "ecb", "--every", "1h", "--event", "rate_changed")
    before = tree_of(service.root)

    answer = gen("field", "ecb", "bank:str:optional")

    assert answer.code == 2
    assert "uv run gen field rate_changed" in answer.err
    assert tree_of(service.root) == before
