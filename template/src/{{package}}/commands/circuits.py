"""Commands on circuits: look at them, and overrule them."""

import click

from ..app import Service
from ..chassis.contracts import ConfigurationError
from ..chassis.stores import Override, override_circuit, read_circuit
from .output import json_option, show_rows


@click.group()
def circuits() -> None:
    """Look at the circuits of dependencies, and overrule them."""


@circuits.command("list")
@json_option
def list_circuits(*, as_json: bool) -> None:
    """List each dependency, and how many processes find that it fails."""
    service = Service.load()
    names = sorted(service.registry.dependencies)
    news = service.store.run_many([read_circuit(service.keys, name) for name in names])
    rows = (
        {
            "dependency": name,
            "reporting": each.reporters,
            "open": each.open,
            "tried_again_in_seconds": each.open_seconds,
            "override": each.override or None,
        }
        for name, each in zip(names, news, strict=True)
    )
    show_rows(rows, as_json=as_json)


@circuits.command("isolate")
@click.argument("dependency")
def isolate_circuit(dependency: str) -> None:
    """Refuse every call to a dependency, until `reset`."""
    _overrule(dependency, "isolated")
    click.echo(f"{dependency} is isolated; every process knows within about two seconds")


@circuits.command("metrics-only")
@click.argument("dependency")
def watch_circuit(dependency: str) -> None:
    """Let every call to a dependency pass, and only count, until `reset`."""
    _overrule(dependency, "metrics_only")
    click.echo(f"{dependency} is only watched; every process knows within about two seconds")


@circuits.command("reset")
@click.argument("dependency")
def reset_circuit(dependency: str) -> None:
    """Take an operator's word back: the circuit decides by itself again."""
    _overrule(dependency, "")
    click.echo(f"{dependency} decides by itself again")


def _overrule(dependency: str, override: Override) -> None:
    service = Service.load()
    if dependency not in service.registry.dependencies:
        known = ", ".join(sorted(service.registry.dependencies)) or "none"
        message = f"no task has a circuit breaker for '{dependency}'; there are: {known}"
        raise ConfigurationError(message)
    service.store.run(override_circuit(service.keys, dependency, override))
