"""Commands that look at tasks, events, executions and dead letters."""

import re
from dataclasses import asdict
from typing import Final

import click

from ..app import Service
from ..chassis.contracts import ExecutionNotFound
from .names import tenant_option
from .output import json_option, show_row, show_rows
from .schedules import schedules_of

# As Valkey numbers the entries of a stream.
_LETTER_ID: Final = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


def dead_letter_id(given: str) -> str:
    """Refuse what Valkey would choke on."""
    if not _LETTER_ID.fullmatch(given):
        message = f"{given!r} is no id of a dead letter; `dead-letters list` shows them"
        raise click.BadParameter(message)
    return given


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
            "policies": task.describe(),
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


@click.group()
def executions() -> None:
    """Look at submissions."""


@executions.command("show")
@click.argument("execution_id")
@tenant_option
@json_option
def show_execution(execution_id: str, tenant: str, *, as_json: bool) -> None:
    """Show one execution record."""
    service = Service.load()
    found = service.store.run(service.ledger.read(execution_id, tenant))
    if found is None:
        message = f"tenant '{tenant}' has no execution {execution_id!r}, or its record has expired"
        raise ExecutionNotFound(message)
    show_row(found.model_dump(mode="json", exclude_none=True), as_json=as_json)


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at events that were given up, and send them back."""


@dead_letters.command("list")
@click.option("--after", type=dead_letter_id, metavar="ID", help="Only those behind this id.")
@click.option("--count", default=100, show_default=True, type=click.IntRange(1, 10_000))
@tenant_option
@json_option
def list_dead_letters(after: str | None, count: int, tenant: str, *, as_json: bool) -> None:
    """List the oldest dead letters."""
    letters = Service.load().dead_letters.list(tenant, after=after or "", count=count)
    show_rows((asdict(letter.event) for letter in letters), as_json=as_json)


@dead_letters.command("replay")
@click.argument("letter_ids", nargs=-1, required=True, type=dead_letter_id)
@tenant_option
def replay_dead_letters(letter_ids: tuple[str, ...], tenant: str) -> None:
    """Send dead letters back to the handlers that gave them up."""
    letters = Service.load().dead_letters
    for letter_id in letter_ids:
        letters.replay(tenant, letter_id)
        click.echo(f"{letter_id} is back in its stream")
