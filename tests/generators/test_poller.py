"""gen poller: a scheduled task that looks outside, with the event of what it finds."""

import json
from collections.abc import Callable

import pytest

from generators.bare_service import Answer, contents_of, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = ("poller", "fx_rates", "pair:str", "rate:decimal", "--every", "30s")
MODULE = "src/demo_service/tasks/poll_fx_rates.py"


@pytest.fixture(autouse=True)
def rooms(service: Project) -> None:
    """As in a rendered service, with one event written by hand."""
    for folder in (".gen", "src/demo_service/events", "tests/events"):
        (service.root / folder).mkdir(exist_ok=True)
        (service.root / folder / ".gitkeep").touch()
    hand_written = 'class StockMoved(Event, name="stock_moved"):\n    place: str\n'
    (service.root / "src/demo_service/events/stock.py").write_text(hand_written)


def text(service: Project, path: str = MODULE) -> str:
    return (service.root / path).read_text(encoding="utf-8")


def test_it_makes_a_task_on_a_schedule_and_the_event_of_a_finding(
    service: Project, gen: Gen
) -> None:
    assert gen(*ORDER).code == 0

    module = text(service)
    assert "@task(every=dt.timedelta(seconds=30))\n@concurrency_limit(1, per=" in module
    assert "from ..events.fx_rates_found import FxRatesFound" in module
    assert 'class FxRatesFound(Event, name="fx_rates_found"):' in text(
        service, "src/demo_service/events/fx_rates_found.py"
    )
    assert gen("check").code == 0


def test_a_second_time_changes_nothing(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    before = tree_of(service.root)

    answer = gen(*ORDER)

    assert (answer.code, answer.out.endswith("nothing to do\n")) == (0, True)
    assert gen("upgrade").out.endswith("nothing to do\n")
    assert tree_of(service.root) == before


def test_it_goes_as_it_came(service: Project, gen: Gen) -> None:
    before = contents_of(service.root)
    gen(*ORDER)

    listed = json.loads(gen("list", "poller", "--json").out)["items"]
    assert listed == [{"kind": "poller", "name": "fx_rates", "files": {"unedited": 5}}]
    shown = gen("show", "poller", "fx_rates", "--command").out
    assert shown == f"uv run gen {' '.join(ORDER)}\n"
    assert gen("destroy", "poller", "fx_rates").code == 0
    assert contents_of(service.root) == before


def test_an_event_that_is_there_is_published_and_stays(service: Project, gen: Gen) -> None:
    gen("event", "rate_changed", "pair:str")
    gen("poller", "fx_rates", "--every", "30s", "--event", "rate_changed")
    gen("poller", "shelves", "--every", "5m", "--event", "stock_moved")

    assert "RateChanged(pair=" in text(service)
    shelves = "src/demo_service/tasks/poll_shelves.py"
    assert "from ..events.stock import StockMoved" in text(service, shelves)
    assert "return (), cursor" in text(service, shelves)
    assert gen("destroy", "poller", "fx_rates").code == 0
    assert gen("check").code == 0


@pytest.mark.parametrize(
    ("words", "attempt", "total"),
    [
        (("--every", "30s"), "7.5", "27"),
        (("--every", "1s"), "0.25", "0.9"),
        (("--every", "1d"), "10", "60"),
        (("--every", "1h", "--timeout", "200"), "200", "402"),
    ],
)
def test_two_attempts_end_before_the_next_turn(
    service: Project, gen: Gen, words: tuple[str, ...], attempt: str, total: str
) -> None:
    gen("poller", "fx_rates", *words)

    assert f"@timeout(attempt={attempt}, total={total})" in text(service)


def test_who_wants_to_hear_of_failures_says_so(service: Project, gen: Gen) -> None:
    gen(*ORDER, "--fallback", "none")

    assert "@last_good(answers=False)" in text(service)
    test = text(service, "tests/tasks/test_poll_fx_rates.py")
    assert "ExecutionFailed" in test


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fx_rates",), "--every"),
        (("fx_rates", "--every", "soon"), "a duration from 1s to 366d"),
        (("fx_rates", "--every", "0 3 * * *"), "a duration from 1s to 366d"),
        (("fx_rates", "--every", "3s", "--timeout", "2"), "1.275 seconds are the most"),
        (("fx_rates", "--every", "3s", "--timeout", "0"), "seconds from 0.001"),
        (("poll_fx", "--every", "3s"), "name the source: 'fx'"),
        (("Fx", "--every", "3s"), "cannot name a poller"),
        (("fx", "a:set.str", "--every", "3s"), "make it a list: a:list.str"),
        (("fx", "a:secret", "--every", "3s"), "would show a secret"),
        (("fx", "a:str:idem", "--every", "3s"), "'idem'"),
        (("fx", "a:str", "--every", "3s", "--event", "stock_moved"), "fields of its own"),
        (("fx", "--every", "3s", "--event", "task_args"), "--event fx_found"),
        (("fx", "--every", "3s", "--event", "Moved"), "cannot name an event"),
        (("fx", "--every", "3s", "--fallback", "first"), "--fallback"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    service: Project, gen: Gen, words: tuple[str, ...], said: str
) -> None:
    before = tree_of(service.root)

    answer = gen("poller", *words)

    assert answer.code == 2
    assert said in answer.err
    assert tree_of(service.root) == before


def test_a_finding_that_queued_ones_do_not_fit_is_told(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    place = service.root / "src/demo_service/events/fx_rates_found.py"
    place.write_text(text(service, str(place)).replace("    pair: str\n", "    pair: int\n"))

    answer = gen("check")

    assert answer.code == 3
    assert "FxRatesFound: 'pair' was str and is int now" in answer.out
    gen("check", "--accept")
    assert gen("check").code == 0


def test_a_turn_that_nobody_discovers_is_told(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    (service.root / MODULE).write_text(text(service).replace("@task(", "@task_of_old("))

    assert "poller fx_rates is there, but no function under @task" in gen("check").out
