"""The measurement of policies counts right, and its cells work."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from guarded.cells import WARM, measured
from guarded.contenders import CONTENDERS, HOLDS, PILE, PLAN
from guarded.goals import GOALS, REPORT
from side_by_side.contenders import Contender, Measure
from side_by_side.environments import PEERS, requirements
from side_by_side.reach import reach_rows
from side_by_side.report import as_markdown
from side_by_side.rounds import Plan, Results, run_rounds
from side_by_side.service import rendered_service

COUNT = 20


def contender(name: str) -> Contender:
    # In this environment, which has what the pile needs as well.
    return replace(next(each for each in CONTENDERS if each.name == name), ours=True)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered_service(tmp_path_factory.mktemp("service"), "guarded_tasks")


def read(name: str, measure: Measure, source: Path) -> dict[str, float]:
    plan = Plan(sizes=dict.fromkeys(Measure, COUNT), rounds=1, order=random.Random(1))
    results = run_rounds(
        [contender(name)], {measure}, plan, cache=source, source=source, measured=measured
    )
    assert results.failures == []
    (reading,) = results.readings[name, measure]
    assert reading is not None
    return reading


def test_every_contender_has_a_peer_and_a_baseline() -> None:
    names = {each.name for each in CONTENDERS}

    assert [each for each in CONTENDERS if not (PEERS / f"{each.module}.py").is_file()] == []
    assert [each for each in CONTENDERS if each.baseline not in names] == []
    assert [each for each in CONTENDERS if not each.ours and not requirements(each.module)] == []


def test_the_pile_takes_ten_requests_beside_those_of_celery(source: Path) -> None:
    assert read(PILE, Measure.STACK, source)["enqueue_requests"] == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("measure", [Measure.STACK, Measure.STACK_ASYNC, Measure.CROWD])
def test_the_plan_takes_three_requests(measure: Measure, source: Path) -> None:
    # A crowd opens its connections meanwhile: more of them than there are calls here.
    spare = WARM if measure is Measure.CROWD else 2

    requests = read(PLAN, measure, source)["enqueue_requests"] * COUNT

    assert 3 * COUNT - 0.5 <= requests <= 3 * COUNT + spare


@pytest.mark.parametrize("measure", [Measure.HIT, Measure.REPLAY])
def test_an_answer_of_the_plan_takes_one_request(measure: Measure, source: Path) -> None:
    assert read(PLAN, measure, source)["enqueue_requests"] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("name", [PILE, PLAN])
def test_executions_one_at_a_time_can_be_counted(name: str, source: Path) -> None:
    commands = read(name, Measure.COMMANDS, source)

    assert min(commands.values()) >= 0.5
    assert len(commands) >= 4


def test_holds_are_open_before_anything_counts(source: Path) -> None:
    assert set(HOLDS) <= set(contender(PLAN).measures)
    assert read(PLAN, Measure.HOLDS_10, source)["script_us"] > 0


def test_policies_alone_are_what_a_plan_costs_above_a_bare_execution() -> None:
    results = Results()
    for name, cpu_us in (("hand-stacked", 400.0), ("recorded async", 160.0), (PLAN, 240.0)):
        results.readings[name, Measure.STACK] = [{"producer_cpu_us": cpu_us}]

    said = {row[0]: row for row in reach_rows(results, GOALS)}

    assert said["client CPU of the policies, to hand-stacked"][1:] == ["0.2", "<= 0.25", "reached"]


def test_a_report_names_its_own_command() -> None:
    assert as_markdown(Results(), [], reach=False, report=REPORT).startswith(
        "`scripts/bench policies`"
    )
