"""Commands that prepare and examine a deployment."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ..app import Service
from ..chassis.contracts import ServiceError, TaskKind
from ..chassis.dev.doctor import Finding, examine_valkey
from ..chassis.dev.ops_secrets import write_secrets
from ..chassis.policies import pipeline_of


@click.command()
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the files; ops/compose.yaml mounts ops/secrets.",
)
def acl(folder: Path) -> None:
    """Make Valkey's access rules and passwords as files."""
    for path in write_secrets(folder, Service.load().keys):
        click.echo(f"wrote {path}")


@click.command()
def doctor() -> None:
    """Say of each trouble with settings, source and Valkey what to do."""
    findings = list(_examine())
    for finding in findings:
        mark = click.style("ok", fg="green") if finding.is_fine else click.style("!!", fg="red")
        click.echo(f"{mark}  {finding.subject:<12} {finding.found}")
        if not finding.is_fine:
            for line in finding.way_out.splitlines():
                click.echo(f"    {'':<12} {line}")
    sys.exit(0 if all(finding.is_fine for finding in findings) else 1)


def _examine() -> Iterator[Finding]:
    try:
        service = Service.load()
        registry, handlers, broker = service.registry, service.handlers, service.broker
    except ServiceError as error:
        yield Finding("start", type(error).__name__, str(error))
        return
    yield Finding("settings", f"valid, environment {service.settings.service.environment}")
    yield Finding("tasks", ", ".join(registry) or "none")
    given = service.overridden.given
    told = (f"{name}={value.text} ({value.origin})" for name, value in given.items())
    yield Finding("overrides", ", ".join(told) or "none")
    for task in registry.values():
        for advice in pipeline_of(task).advice:
            # It may be meant, so it is only told.
            yield Finding("advice", advice)
    for kind in TaskKind:
        yield Finding(f"{kind} queues", ", ".join(registry.queues(kind)) or "none")
    yield Finding("events", ", ".join(handlers.event_names) or "none")
    yield from examine_valkey(service.store.client, where=_address(service))
    if not broker.is_store:
        yield Finding("broker", "on another server: a submission takes two requests")


def _address(service: Service) -> str:
    # Without what is before the @, which may be a password.
    return service.settings.valkey.url.get_secret_value().rpartition("@")[2]
