"""Commands on executions: look at one, or cancel it."""

from dataclasses import asdict

import click

from ..app import Service
from ..chassis.contracts import ExecutionNotFound, ExecutionState
from ..chassis.worker.cancel import cancel
from .names import tenant_option
from .output import json_option, show_row


@click.group()
def executions() -> None:
    """Look at submissions, and cancel them."""


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
    history = service.store.run(service.ledger.history(execution_id, tenant))
    row = found.model_dump(mode="json", exclude_none=True)
    show_row({**row, "history": [asdict(note) for note in history]}, as_json=as_json)


@executions.command("cancel")
@click.argument("execution_ids", nargs=-1, required=True)
@tenant_option
def cancel_executions(execution_ids: tuple[str, ...], tenant: str) -> None:
    """End what waits, and tell the workers of what runs to stop it."""
    service = Service.load()
    for execution_id in execution_ids:
        match cancel(service.store, service.ledger, execution_id, tenant):
            case ExecutionState.CANCELLED:
                click.echo(f"{execution_id} is cancelled")
            case ExecutionState.QUEUED | ExecutionState.RUNNING:
                click.echo(f"{execution_id} runs; its worker is told to stop it")
            case state:
                click.echo(f"{execution_id} had ended already, as {state}")
