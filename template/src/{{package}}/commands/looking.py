"""Commands that list tasks and events."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby

import click

from ..app import Service
from ..chassis.policies import pipeline_of
from ..chassis.settings import Explained, explain_task
from .output import Row, json_option, show_row, show_rows
from .schedules import schedules_of


@click.command()
@click.option("--explain", "name", metavar="NAME", help="Each option of one task, and who says so.")
@json_option
def tasks(name: str | None, *, as_json: bool) -> None:
    """List the tasks with their policies, outermost first."""
    service = Service.load()
    if name is not None:
        _explain(service, name, as_json=as_json)
        return
    rows = (
        {
            "task": task.name,
            "summary": task.summary,
            "kind": task.kind.value,
            "queue": task.queue,
            "priority": task.priority.name.lower(),
            **schedule,
            "policies": task.plan.describe(),
        }
        for task, schedule in schedules_of(service, service.registry.values())
    )
    show_rows(rows, as_json=as_json)


def _explain(service: Service, name: str, *, as_json: bool) -> None:
    task = service.registry[name]
    rows = explain_task(service.overridden, name)
    told: Row = {"task": name, "summary": task.summary, "plan": task.plan.describe()}
    advice = pipeline_of(task).advice
    if as_json:
        options = [asdict(row) for row in rows]
        show_row({**told, "options": options, "advice": advice}, as_json=True)
        return
    show_row({**told, **dict(_by_policy(rows)), "advice": advice}, as_json=False)


def _by_policy(rows: tuple[Explained, ...]) -> Iterator[tuple[str, list[str]]]:
    for policy, options in groupby(rows, key=lambda row: row.policy):
        yield f"@{policy}", [_in_words(row) for row in options]


def _in_words(row: Explained) -> str:
    name = row.variable or row.option
    form = f"; {row.allowed}" if row.allowed else ""
    return f"{name} = {row.value} ({row.source}{form}). {row.about}"


@click.command()
@json_option
def events(*, as_json: bool) -> None:
    """List the events with their handlers."""
    handlers = Service.load().handlers
    rows = (
        {"event": name, "handlers": [handler.name for handler in handlers.of(name)]}
        for name in handlers.event_names
    )
    show_rows(rows, as_json=as_json)
