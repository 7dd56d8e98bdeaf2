"""The harness of the benchmarks counts right, and its cells work."""

import random
from pathlib import Path

import pytest

from side_by_side.contenders import CONTENDERS, Contender, Measure
from side_by_side.environments import PEERS, requirements
from side_by_side.journal import Journal, Run
from side_by_side.kills import repeats_by_kill
from side_by_side.reach import reach_rows
from side_by_side.report import as_markdown
from side_by_side.rounds import Plan, Results, run_rounds, shuffled
from side_by_side.service import rendered_service

OURS = next(each for each in CONTENDERS if each.name == "recorded async")


def test_every_peer_names_what_it_needs() -> None:
    foreign = {each.module for each in CONTENDERS if not each.ours}

    assert {module: requirements(module) for module in foreign if not requirements(module)} == {}


def test_every_contender_has_a_peer_and_a_baseline() -> None:
    names = {each.name for each in CONTENDERS}

    assert [each for each in CONTENDERS if not (PEERS / f"{each.module}.py").is_file()] == []
    assert [each for each in CONTENDERS if each.baseline not in names] == []


def test_a_repeated_run_is_blamed_on_the_kill_after_the_run_before() -> None:
    runs = [Run(1, 1.0), Run(2, 2.0), Run(2, 4.0), Run(3, 6.0), Run(3, 8.0), Run(1, 9.0)]

    assert repeats_by_kill(runs, [3.0, 7.0]) == [2, 1]


def test_a_task_that_two_kills_repeat_counts_for_each_of_them() -> None:
    runs = [Run(1, 1.0), Run(1, 4.0), Run(1, 8.0)]

    assert repeats_by_kill(runs, [3.0, 7.0]) == [1, 1]


def test_a_journal_leaves_out_what_is_half_written(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    file.write_bytes((7).to_bytes(8, "little") + (2_000_000_000).to_bytes(8, "little") + b"\x01")

    assert Journal(file).runs() == [Run(7, 2.0)]


def test_ratios_are_taken_within_a_round() -> None:
    results = Results()
    results.readings["celery threads", Measure.LATENCY] = [{"p50_ms": 1.0}, None, {"p50_ms": 4.0}]
    results.readings["dramatiq", Measure.LATENCY] = [{"p50_ms": 3.0}, {"p50_ms": 9.0}, None]

    text = as_markdown(results, [], reach=False)

    assert "| dramatiq | 6.00 (3.00) | 3.00 |" in text


def test_a_goal_without_a_reading_is_not_called_reached() -> None:
    said = {row[-1].partition(":")[0] for row in reach_rows(Results())}

    assert said == {"not measured"}


def test_a_command_that_was_never_seen_is_no_goal_reached() -> None:
    results = Results()
    results.readings[OURS.name, Measure.COMMANDS] = [{"begin": 1.0}]

    said = {row[0]: row[-1] for row in reach_rows(results)}

    assert said["begins per execution"] == "reached"
    assert said["fetches per execution"].startswith("not measured")


def test_cells_of_one_measure_stay_together() -> None:
    cells = [(each, measure) for each in CONTENDERS for measure in (Measure.IO, Measure.NOOP)]

    order = [measure for _, measure in shuffled(cells, random.Random(1))]

    assert order in (sorted(order), sorted(order, reverse=True))


@pytest.mark.parametrize("measure", [Measure.NOOP, Measure.LATENCY, Measure.COMMANDS])
def test_a_rendered_service_can_be_measured(measure: Measure, tmp_path: Path) -> None:
    plan = Plan(sizes=dict.fromkeys(Measure, 20), rounds=1, order=random.Random(1))

    results = run_rounds([OURS], {measure}, plan, cache=tmp_path, source=rendered_service(tmp_path))

    assert results.failures == []
    assert results.readings[OURS.name, measure]


def test_what_cannot_be_measured_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    missing = Contender("missing", "on_nothing", measures=(Measure.NOOP,), ours=True)
    plan = Plan(sizes=dict.fromkeys(Measure, 20), rounds=1, order=random.Random(1))

    results = run_rounds([missing], {Measure.NOOP}, plan, cache=tmp_path, source=tmp_path)

    assert results.readings["missing", Measure.NOOP] == [None]
    assert "ModuleNotFoundError" in results.failures[0]
