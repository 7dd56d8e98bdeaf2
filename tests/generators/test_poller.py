"""gen poller: a scheduled task that looks outside, with the event of what it finds."""

import json
import re
from collections.abc import Callable

import pytest

from generators.bare_service import Answer, contents_of, text_of, tree_of
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


def test_it_makes_a_task_on_a_schedule_and_the_event_of_a_finding(
    service: Project, gen: Gen
) -> None:
    assert gen(*ORDER).code == 0

    module = text_of(service, MODULE)
    assert "@task(every=dt.timedelta(seconds=30))\n@concurrency_limit(1, per=" in module
    assert "from ..events.fx_rates_found import FxRatesFound" in module
    assert 'class FxRatesFound(Event, name="fx_rates_found"):' in text_of(
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
    assert listed == [{"kind": "poller", "name": "fx_rates", "files": {"unedited": 6}}]
    shown = gen("show", "poller", "fx_rates", "--command").out
    assert shown == f"uv run gen {' '.join(ORDER)}\n"
    assert gen("destroy", "poller", "fx_rates").code == 0
    assert contents_of(service.root) == before


@pytest.mark.parametrize("kind_and_name", [("task", "poll_fx_rates"), ("event", "fx_rates_found")])
def test_who_asks_for_a_part_of_it_is_told_whose_that_is(
    gen: Gen, kind_and_name: tuple[str, str]
) -> None:
    gen(*ORDER)

    for command in ("show", "destroy"):
        assert "belongs to poller fx_rates" in gen(command, *kind_and_name).err


def test_who_listens_to_its_event_is_told_before_it_goes(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    gen("listener", "note_rate", "--on", "fx_rates_found")

    told = gen("destroy", "poller", "fx_rates", "--dry-run").out

    assert "fx_rates is named in src/demo_service/events/note_rate.py" in told


def test_it_keeps_its_name(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    before = tree_of(service.root)

    assert "what it knows is kept under its name" in gen("rename", "poller", "fx_rates", "ecb").err
    assert "belongs to poller fx_rates" in gen("rename", "task", "poll_fx_rates", "poll_ecb").err
    assert tree_of(service.root) == before


def test_an_event_that_is_there_is_published_and_stays(service: Project, gen: Gen) -> None:
    gen("event", "rate_changed", "pair:str")
    gen("poller", "fx_rates", "--every", "30s", "--event", "rate_changed")
    gen("poller", "shelves", "--every", "5m", "--event", "stock_moved")

    assert "RateChanged(pair=" in text_of(service, MODULE)
    shelves = "src/demo_service/tasks/poll_shelves.py"
    assert "from ..events.stock import StockMoved" in text_of(service, shelves)
    assert "return (), cursor" in text_of(service, shelves)
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

    assert f"@timeout(attempt={attempt}, total={total})" in text_of(service, MODULE)


def test_who_wants_to_hear_of_failures_says_so(service: Project, gen: Gen) -> None:
    gen(*ORDER, "--fallback", "none")

    assert "@last_good(answers=False)" in text_of(service, MODULE)
    test = text_of(service, "tests/tasks/test_poll_fx_rates.py")
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


def test_its_task_has_a_page_with_the_reason_of_each_policy(service: Project, gen: Gen) -> None:
    gen(*ORDER, "--about", "rates of the bank")

    page = text_of(service, "docs/tasks/poll_fx_rates.md")
    module = text_of(service, MODULE)
    policies = re.findall(r"^@(\w+)", module, re.MULTILINE)[1:]
    assert policies == re.findall(r"^\| \[`@(\w+)`\]", page, re.MULTILINE)
    assert "Its page is docs/tasks/poll_fx_rates.md" in module
    assert page.startswith("# `poll_fx_rates`\n\nRates of the bank. ")
    assert "[`fx_rates_found`](../events/fx_rates_found.md)" in page


@pytest.mark.parametrize(
    ("fallback", "said"),
    [("last_good", "each turn is `succeeded` and `degraded`"), ("none", "each turn is `failed`")],
)
def test_its_page_says_what_becomes_of_a_turn_that_fails(
    service: Project, gen: Gen, fallback: str, said: str
) -> None:
    gen(*ORDER, "--fallback", fallback)

    assert f"While the source is away, {said}" in text_of(service, "docs/tasks/poll_fx_rates.md")


def test_the_page_leads_to_the_event_where_that_has_none(service: Project, gen: Gen) -> None:
    gen("poller", "shelves", "--every", "5m", "--event", "stock_moved")

    page = text_of(service, "docs/tasks/poll_shelves.md")
    assert "[`stock_moved`](../../src/demo_service/events/stock.py)" in page


def test_a_poller_of_an_earlier_release_gets_its_page(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    made = contents_of(service.root)
    note = service.root / ".gen/items/poller-fx_rates.toml"
    lines = note.read_text().splitlines(keepends=True)
    note.write_text("".join(line for line in lines if "docs/tasks" not in line))
    (service.root / "docs/tasks/poll_fx_rates.md").unlink()
    (service.root / ".gen/base/poller-fx_rates/poll_fx_rates.md.base").unlink()

    assert gen("upgrade", "poller").code == 0
    assert contents_of(service.root) == made


def test_a_page_of_your_own_is_not_written_over(service: Project, gen: Gen) -> None:
    page = service.root / "docs/tasks/poll_fx_rates.md"
    page.parent.mkdir()
    page.write_text("Ours.\n")
    before = tree_of(service.root)

    assert gen(*ORDER).code == 3
    assert tree_of(service.root) == before


def test_a_finding_that_queued_ones_do_not_fit_is_told(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    place = service.root / "src/demo_service/events/fx_rates_found.py"
    place.write_text(text_of(service, str(place)).replace("    pair: str\n", "    pair: int\n"))

    answer = gen("check")

    assert answer.code == 3
    assert "FxRatesFound: 'pair' was str and is int now" in answer.out
    gen("check", "--accept")
    assert gen("check").code == 0


def test_a_turn_that_nobody_discovers_is_told(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    (service.root / MODULE).write_text(text_of(service, MODULE).replace("@task(", "@task_of_old("))

    assert "poller fx_rates is there, but no function under @task" in gen("check").out
