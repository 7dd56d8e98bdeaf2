"""What `dev` shows: one stream of lines, each behind the coloured name of who said it."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import click

from .sample import Sample
from .supervisor import Program

_COLOURS: Final = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green")
_WIDTH: Final = 12


class Terminal:
    """Gives each name its colour, in the order in which they first speak."""

    def __init__(self) -> None:
        self._colours: dict[str, str] = {}

    def say(self, name: str, line: str) -> None:
        """One line of one process."""
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        # click leaves the colours out where the output is no terminal.
        click.echo(f"{click.style(f'{name:<{_WIDTH}}', fg=colour)} | {line}")
        sys.stdout.flush()

    def show(self, text: str) -> None:
        """A block of our own, set apart from the stream."""
        click.echo(f"\n{text}\n")
        sys.stdout.flush()


def banner(
    name: str,
    *,
    api_url: str,
    api_key: str,
    valkey_url: str,
    kept: str,
    programs: Sequence[Program],
    sample: Sample | None,
) -> str:
    """Where everything is, and one request to begin with."""
    rows = [
        ("API", f"{api_url}  documentation at {api_url}/docs"),
        ("Valkey", f"{valkey_url}  state is {kept}"),
        *((each.name, each.ready_url.replace("/readyz", "/metrics")) for each in programs),
        ("stop", "Ctrl-C"),
    ]
    lines = [f"{click.style(name, bold=True)} is ready", ""]
    lines += [f"  {title:<{_WIDTH}} {text}" for title, text in rows if title != "api"]
    return "\n".join([*lines, "", *_first_request(api_url, api_key, sample)])


def _first_request(api_url: str, api_key: str, sample: Sample | None) -> Iterator[str]:
    yield "Try it (the key is yours alone and ends with this run):"
    yield ""
    yield f"  KEY={api_key}"
    if sample is None:
        yield f'  curl {api_url}/tasks -H "Authorization: Bearer $KEY"'
        return
    yield f'  curl -i {api_url}/tasks/{sample.task} -H "Authorization: Bearer $KEY" \\'
    yield f"    -H 'Content-Type: application/json' -d '{json.dumps(sample.arguments)}'"
    yield f'  curl {api_url}/executions/<id> -H "Authorization: Bearer $KEY"'
