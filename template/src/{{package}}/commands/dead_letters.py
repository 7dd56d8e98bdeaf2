"""Commands on dead letters: look at what was given up, send it back, or forget it."""

import sys

import click

from ..app import Service
from ..chassis.contracts import (
    DeadLetterDetails,
    DeadLetterKind,
    DeadLetterNotFound,
    DeadLetterPage,
)
from .async_work import run_async
from .names import tenant_option
from .output import json_option, show_row, show_rows

_KINDS = click.Choice([kind.value for kind in DeadLetterKind])

kind_option = click.option("--kind", type=_KINDS, required=True, help="What died.")


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at what was given up, send it back, or forget it."""


@dead_letters.command("list")
@click.option("--kind", type=_KINDS, help="What died; all kinds by default.")
@click.option("--after", metavar="CURSOR", help="Go on behind a page, as its end says.")
@click.option("--count", default=100, show_default=True, type=click.IntRange(1, 10_000))
@tenant_option
@json_option
def list_letters(
    kind: str | None, after: str | None, count: int, tenant: str, *, as_json: bool
) -> None:
    """List the oldest dead letters of a tenant; messages belong to the service."""
    kinds = [DeadLetterKind(kind)] if kind else list(DeadLetterKind)
    if after and not kind:
        raise click.UsageError("--after needs --kind: ids of one kind mean nothing to another")
    if after and not kinds[0].is_cursor(after):
        message = f"{after!r} is no cursor of dead {kind}; a page that has a next tells it"
        raise click.BadParameter(message)

    async def pages(service: Service) -> list[DeadLetterPage]:
        letters = service.dead_letters
        return [await letters[each].page(tenant, after=after or "", count=count) for each in kinds]

    found = run_async(pages)
    rows = (letter.model_dump(mode="json") for page in found for letter in page.letters)
    show_rows(rows, as_json=as_json)
    for each, page in zip(kinds, found, strict=True):
        if page.next:
            click.echo(f"there are more: --kind {each} --after {page.next}", err=True)


@dead_letters.command("show")
@click.argument("letter_id")
@kind_option
@tenant_option
@json_option
def show_letter(letter_id: str, kind: str, tenant: str, *, as_json: bool) -> None:
    """Show one dead letter with its history, and its payload without secrets."""

    async def details(service: Service) -> DeadLetterDetails:
        return await service.dead_letters[DeadLetterKind(kind)].show(tenant, letter_id)

    _require_id(DeadLetterKind(kind), letter_id)
    show_row(run_async(details).model_dump(mode="json"), as_json=as_json)


@dead_letters.command("replay")
@click.argument("letter_ids", nargs=-1, required=True)
@kind_option
@tenant_option
def replay_letters(letter_ids: tuple[str, ...], kind: str, tenant: str) -> None:
    """Send dead letters back: events to the handlers that gave them up, messages to their queue.

    Executions are submitted again, on behalf of the same user.
    """

    async def replay(service: Service) -> None:
        for letter_id in letter_ids:
            execution_id = await service.dead_letters[DeadLetterKind(kind)].replay(
                tenant, letter_id
            )
            if execution_id:
                click.echo(f"{letter_id} runs again as execution {execution_id}")
            else:
                click.echo(f"{letter_id} is back where it came from")

    _require_id(DeadLetterKind(kind), *letter_ids)
    run_async(replay)


@dead_letters.command("purge")
@click.argument("letter_ids", nargs=-1)
@kind_option
@click.option("--all", "everything", is_flag=True, help="All of this kind instead of some ids.")
@click.option("--yes", is_flag=True, help="Do not ask before all are forgotten.")
@tenant_option
def purge_letters(
    letter_ids: tuple[str, ...], kind: str, tenant: str, *, everything: bool, yes: bool
) -> None:
    """Forget dead letters for good."""
    if everything == bool(letter_ids):
        raise click.UsageError("name the ids to forget, or give --all")
    _require_id(DeadLetterKind(kind), *letter_ids)
    if everything:
        _ask(f"Forget all dead {kind} of tenant '{tenant}' for good?", answered=yes)

    async def purge(service: Service) -> None:
        letters = service.dead_letters[DeadLetterKind(kind)]
        for letter_id in letter_ids:
            if not await letters.purge(tenant, letter_id):
                message = f"tenant '{tenant}' has no letter {letter_id!r} among its dead {kind}"
                raise DeadLetterNotFound(message)
            click.echo(f"{letter_id} is forgotten")
        if everything:
            click.echo(f"{await letters.purge_all(tenant)} are forgotten")

    run_async(purge)


def _require_id(kind: DeadLetterKind, *given: str) -> None:
    for each in given:
        if not kind.is_id(each):
            message = (
                f"{each!r} is no id of a dead letter; `dead-letters list --kind {kind}` shows them"
            )
            raise click.BadParameter(message)


def _ask(question: str, *, answered: bool) -> None:
    if answered:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("give --yes too: there is no terminal to ask on")
    click.confirm(question, abort=True)
