"""Commands on credits: grant them, look at accounts, hand their entries to billing."""

import sys
from collections.abc import Iterator
from typing import TextIO

import click

from ..app import Service
from ..chassis.contracts import is_entry_id
from ..chassis.stores import GRANT_MAXIMUM
from .credit_export import exported_through, write_csv, write_json_lines
from .names import USER, tenant_option
from .output import json_option, show_row, show_rows

# Accounts and entries read in one request.
PAGE_SIZE = 1_000

user_option = click.option("--user", type=USER, required=True, help="Whose account.")


@click.group()
def credits() -> None:
    """Grant credits, look at accounts, and hand their entries to billing."""


@credits.command("grant")
@click.argument("credit_type")
@click.argument("amount", type=click.IntRange(1, GRANT_MAXIMUM))
@user_option
@click.option("--grant-id", required=True, help="What is granted twice under one id counts once.")
@tenant_option
@json_option
def grant_credits(
    credit_type: str, amount: int, user: str, grant_id: str, tenant: str, *, as_json: bool
) -> None:
    """Add credits to a user's account."""
    service = Service.load()
    call = service.credit_ledger.grant(tenant, user, credit_type, amount, grant_id)
    show_row(service.store.run(call).model_dump(), as_json=as_json)


@credits.command("show")
@click.argument("credit_type")
@user_option
@tenant_option
@json_option
def show_account(credit_type: str, user: str, tenant: str, *, as_json: bool) -> None:
    """Show a user's account: granted = balance + held + spent."""
    service = Service.load()
    account = service.store.run(service.credit_ledger.account(tenant, user, credit_type))
    show_row(account.model_dump(), as_json=as_json)


@credits.command("accounts")
@tenant_option
@json_option
def list_accounts(tenant: str, *, as_json: bool) -> None:
    """List all accounts of a tenant."""
    service = Service.load()
    rows = []
    for names in _pages(service, tenant):
        accounts = service.store.run_many(
            [service.credit_ledger.account(tenant, user, of_type) for of_type, user in names]
        )
        for (credit_type, user), account in zip(names, accounts, strict=True):
            rows.append({"credit_type": credit_type, "user": user, **account.model_dump()})
    show_rows(rows, as_json=as_json)


@credits.command("entries")
@click.argument("credit_type")
@user_option
@click.option("--after", metavar="ID", default="", help="Go on behind the entry of this id.")
@click.option("--count", default=100, show_default=True, type=click.IntRange(1, 10_000))
@tenant_option
@json_option
def list_entries(
    credit_type: str, user: str, after: str, count: int, tenant: str, *, as_json: bool
) -> None:
    """List what has moved an account's credits, the oldest first."""
    if after and not is_entry_id(after):
        raise click.BadParameter(f"{after!r} is no id of an entry; `credits entries` shows them")
    service = Service.load()
    call = service.credit_ledger.entries(tenant, user, credit_type, after=after, count=count)
    found = service.store.run(call)
    show_rows((entry.model_dump(mode="json") for entry in found), as_json=as_json)
    if len(found) == count:
        click.echo(f"there may be more: --after {found[-1].id}", err=True)


@credits.command("export")
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV instead of JSON lines.")
@tenant_option
def export_entries(tenant: str, *, as_csv: bool) -> None:
    """Write all entries of a tenant that were not acknowledged yet, for billing to take over."""
    rows = _entries(Service.load(), tenant)
    write = write_csv if as_csv else write_json_lines
    write(rows, sys.stdout)


@credits.command("acknowledge")
@click.argument("exported", type=click.File(encoding="utf-8"))
@tenant_option
def acknowledge_entries(exported: TextIO, tenant: str) -> None:
    """Forget the entries in a file that `credits export` has written: billing has them now."""
    service = Service.load()
    forgotten = 0
    for (credit_type, user), through in exported_through(exported, tenant).items():
        call = service.credit_ledger.acknowledge(tenant, user, credit_type, through)
        forgotten += service.store.run(call)
    click.echo(f"{forgotten} entries are forgotten")


@credits.command("expire")
@tenant_option
def expire_holds(tenant: str) -> None:
    """Give back now what holds keep whose time has passed; the poller does so by itself."""
    service = Service.load()
    expired = 0
    for names in _pages(service, tenant):
        for credit_type, user in names:
            call = service.credit_ledger.audit(tenant, user, credit_type)
            while found := service.store.run(call).expired:
                expired += found
    click.echo(f"{expired} holds have expired")


def _pages(service: Service, tenant: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """All accounts of the tenant as (credit type, user), page by page."""
    cursor = ""
    while cursor != "0":
        call = service.credit_ledger.accounts(tenant, cursor=cursor or "0", count=PAGE_SIZE)
        page = service.store.run(call)
        if page.accounts:
            yield page.accounts
        cursor = page.cursor


def _entries(service: Service, tenant: str) -> Iterator[dict[str, str | int]]:
    for names in _pages(service, tenant):
        for credit_type, user in names:
            after, count = "", PAGE_SIZE
            while count == PAGE_SIZE:
                call = service.credit_ledger.entries(
                    tenant, user, credit_type, after=after, count=PAGE_SIZE
                )
                found = service.store.run(call)
                for entry in found:
                    of_account = {"tenant": tenant, "credit_type": credit_type, "user": user}
                    yield {**of_account, **entry.model_dump(mode="json")}
                count = len(found)
                after = found[-1].id if found else after
