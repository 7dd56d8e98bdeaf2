"""Commands that list tasks and events."""

import click

from ..app import Service
from .output import json_option, show_rows
from .schedules import schedules_of


@click.command()
@json_option
def tasks(*, as_json: bool) -> None:
    """List the tasks with their policies, outermost first."""
    service = Service.load()
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
