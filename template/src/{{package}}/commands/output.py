"""How commands answer: aligned text for people, JSON for programs."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")

# What is shown has every type that JSON and str() can write.
Row = Mapping[str, Any]


def show_rows(rows: Iterable[Row], *, as_json: bool) -> None:
    """One block per row."""
    listed = list(rows)
    if as_json:
        click.echo(json.dumps(listed, default=str, indent=2))
        return
    if not listed:
        click.echo("none")
    for number, row in enumerate(listed):
        if number:
            click.echo()
        show_row(row, as_json=False)


def show_row(row: Row, *, as_json: bool) -> None:
    """One thing, a line per field."""
    if as_json:
        click.echo(json.dumps(row, default=str, indent=2))
        return
    width = max(map(len, row))
    for name, value in row.items():
        first, *rest = _lines(value) or [""]
        click.echo(f"{click.style(f'{name:<{width}}', bold=True)}  {first}".rstrip())
        for line in rest:
            click.echo(f"{'':<{width}}  {line}")


def _lines(value: object) -> list[str]:
    if isinstance(value, dict):
        return json.dumps(value, default=str, indent=2).splitlines()
    if isinstance(value, list | tuple):
        return [_line(item) for item in value] or ["none"]
    return str(value).splitlines()


def _line(item: object) -> str:
    if isinstance(item, dict):
        return ", ".join(f"{name} {value}" for name, value in item.items())
    return str(item)
