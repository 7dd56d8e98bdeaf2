"""The service's command line: one command per process, and those that operators need."""

import sys

import click
from valkey.exceptions import NoPermissionError

from .chassis.contracts import ServiceError, StoreUnavailable, TaskKind
from .commands.api_keys import api_keys
from .commands.circuits import circuits
from .commands.credits import credits
from .commands.dead_letters import dead_letters
from .commands.executions import executions
from .commands.looking import events, tasks
from .commands.upkeep import acl, doctor


def main() -> None:
    """Run the command line; a known error is one line and status 1, not a traceback."""
    try:
        cli(prog_name=str(__package__).replace("_", "-"))
    except StoreUnavailable as error:
        click.echo(f"error: {error}; `doctor` says what is wrong with it", err=True)
        sys.exit(1)
    except NoPermissionError as error:
        click.echo(f"error: {error}; `acl` writes the rules that Valkey's users need", err=True)
        sys.exit(1)
    except ServiceError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Run the service, and look after it."""


for command in (acl, api_keys, circuits, credits, dead_letters, doctor, events, executions, tasks):
    cli.add_command(command)


# Each process loads the libraries of its own room only: hence the imports inside.
@cli.command()
@click.option("--url", help="Use this Valkey server instead of an embedded one.")
@click.option("--ephemeral", is_flag=True, help="Forget all state at the end.")
@click.option("--reload", is_flag=True, help="Restart the processes when the source changes.")
@click.option("--check", is_flag=True, help="Start, run one task end to end, stop.")
def dev(url: str | None, *, ephemeral: bool, reload: bool, check: bool) -> None:
    """Run everything on this machine, with an embedded Valkey."""
    from .processes.dev import run_dev

    sys.exit(run_dev(url=url, ephemeral=ephemeral, reload=reload, check=check))


@cli.command()
def api() -> None:
    """Serve the HTTP interface."""
    from .processes.api import run_api

    run_api()


@cli.command()
@click.option("--kind", type=click.Choice([kind.value for kind in TaskKind]), required=True)
def worker(kind: str) -> None:
    """Run `async def` tasks (async) or `def` tasks (sync)."""
    from .processes.worker import run_worker

    run_worker(TaskKind(kind))


@cli.command()
def listener() -> None:
    """Give events to their handlers as soon as a doorbell rings."""
    from .processes.events import run_listener

    run_listener()


@cli.command()
def poller() -> None:
    """Find what no doorbell announced, and repair lost executions."""
    from .processes.events import run_poller

    run_poller()


@cli.command()
def scheduler() -> None:
    """Submit the tasks that run on a schedule."""
    from .processes.events import run_scheduler

    run_scheduler()


if __name__ == "__main__":
    main()
