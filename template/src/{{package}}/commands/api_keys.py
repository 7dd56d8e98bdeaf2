"""Commands on API keys."""

from datetime import UTC, datetime, timedelta

import click

from ..app import Service
from ..chassis.contracts import SYSTEM, ConfigurationError, Principal
from ..chassis.stores import make_api_key
from .names import LABEL, USER, tenant_option
from .output import json_option, show_rows


@click.group("keys")
def api_keys() -> None:
    """Create, list and revoke API keys."""


@api_keys.command("create")
@click.option("--user", type=USER, required=True, help="Who calls with it.")
@click.option("--role", "roles", multiple=True, help="May be given several times.")
@click.option("--scope", "scopes", multiple=True, help="May be given several times.")
@click.option("--label", type=LABEL, default="", help="What the key is for.")
@click.option("--days", type=click.IntRange(min=1), help="Until it expires; never by default.")
@tenant_option
def create_api_key(
    user: str,
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    label: str,
    days: int | None,
    tenant: str,
) -> None:
    """Create an API key and print it. It is stored nowhere: keep it safe now."""
    if user == SYSTEM.user:
        message = f"user {user!r} is the service itself; give the key to a user of another name"
        raise ConfigurationError(message)
    principal = Principal(
        user=user, tenant=tenant, roles=frozenset(roles), scopes=frozenset(scopes)
    )
    now = datetime.now(UTC)
    record, key = make_api_key(
        principal, now=now, label=label, expires_at=now + timedelta(days=days) if days else None
    )
    service = Service.load()
    service.store.run(service.api_keys.create(record))
    click.echo(key)


@api_keys.command("list")
@json_option
def list_api_keys(*, as_json: bool) -> None:
    """List all API keys, without what would let anyone use them."""
    service = Service.load()
    records = service.store.run(service.api_keys.list_all())
    rows = (
        {
            "id": record.id,
            **record.principal.model_dump(mode="json", exclude={"credential"}),
            **record.model_dump(mode="json", exclude={"id", "digest", "principal"}),
        }
        for record in records
    )
    show_rows(rows, as_json=as_json)


@api_keys.command("revoke")
@click.argument("key_id")
def revoke_api_key(key_id: str) -> None:
    """Revoke a key by its id, the part between the underscores."""
    service = Service.load()
    if not service.store.run(service.api_keys.revoke(key_id)):
        message = (
            f"no API key {key_id!r} opens anything: it is revoked already, or it never was; "
            f"`keys list` shows those there are"
        )
        raise ConfigurationError(message)
    seconds = service.settings.api.authentication_cache_seconds
    click.echo(f"{key_id} is revoked; the API forgets it within {seconds:g} s")
