"""Delivers one webhook: a POST, signed as Standard Webhooks describes it."""

import asyncio
import base64
import functools
import hmac
import ipaddress
import json
import socket
import ssl
from datetime import UTC, datetime, timedelta

import httpx
from pydantic import Field, HttpUrl, JsonValue, SecretStr

from ..chassis import (
    Settings,
    TaskArgs,
    TaskContext,
    TaskFailed,
    TaskResult,
    credits,
    idempotent,
    rate_limit,
    retry,
    task,
    timeout,
)
from ..events.webhook_delivered import WebhookDelivered

TRIED_AGAIN = frozenset({408, 425, 429})


class WebhookSettings(Settings, section="webhook"):
    """What every delivery shares."""

    signing_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Receivers check signatures with it.",
        json_schema_extra={"dev": "generate"},
    )
    private_targets: bool = Field(
        default=False,
        description="Allow plain http and private addresses: for development only.",
        json_schema_extra={"dev": True},
    )


class DeliverWebhookArgs(TaskArgs):
    """Where to, and what."""

    url: HttpUrl = Field(examples=["https://example.com/hooks"])
    event: str = Field(pattern=r"^[a-z][a-z0-9_.]{0,99}$", examples=["invoice.paid"])
    payload: dict[str, JsonValue] = Field(examples=[{"invoice": "2026-117"}])


class DeliverWebhookResult(TaskResult):
    """What the receiver answered, and on which attempt."""

    status: int
    attempts: int


class ReceiverFailed(Exception):
    """The receiver did not take the webhook now; it may later."""


@task(queue="webhooks")
@rate_limit("600/minute", per="tenant")
@idempotent(retention=timedelta(hours=24))
@credits("webhook", estimate=1)
@retry(attempts=5, wait_initial=0.5, wait_max=30, on=(httpx.TransportError, ReceiverFailed))
@timeout(attempt=10, total=120)
async def deliver_webhook(args: DeliverWebhookArgs, context: TaskContext) -> DeliverWebhookResult:
    """POST a signed JSON payload to a receiver, until it takes it."""
    settings = context.settings(WebhookSettings)
    address = await _checked_address(args.url, settings)
    body = json.dumps({"type": args.event, "data": args.payload}, separators=(",", ":")).encode()
    headers = _signed_headers(settings, context.execution_id, datetime.now(UTC), body)

    status = await _post(args.url, address, headers, body)

    if status in TRIED_AGAIN or status >= 500:
        message = f"{args.url.host} answered {status}"
        raise ReceiverFailed(message)
    if not 200 <= status < 300:
        message = f"{args.url.host} answered {status}, which waiting does not change"
        raise TaskFailed(message)
    context.logger.info("webhook taken", host=args.url.host, status=status)
    context.emit(WebhookDelivered(host=args.url.host or "", event=args.event, status=status))
    return DeliverWebhookResult(status=status, attempts=context.attempt)


async def _post(url: HttpUrl, address: str, headers: dict[str, str], body: bytes) -> int:
    # The connection goes to the address that was checked: a second look-up could name another.
    # For the same reason neither a proxy nor a redirect is followed.
    pinned = httpx.URL(str(url)).copy_with(host=address)
    async with (
        httpx.AsyncClient(verify=_tls(), trust_env=False) as client,
        client.stream(
            "POST",
            pinned,
            content=body,
            headers={"host": httpx.URL(str(url)).netloc.decode(), **headers},
            extensions={"sni_hostname": url.host},
        ) as response,
    ):
        return response.status_code


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _signed_headers(
    settings: WebhookSettings, message_id: str, moment: datetime, body: bytes
) -> dict[str, str]:
    if settings.signing_secret is None:
        message = (
            "WEBHOOK_SIGNING_SECRET is not set, so nothing can be signed; set 16 or more characters"
        )
        raise TaskFailed(message)
    timestamp = str(int(moment.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    key = settings.signing_secret.get_secret_value().encode()
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


async def _checked_address(url: HttpUrl, settings: WebhookSettings) -> str:
    """The address to connect to. Raises TaskFailed where a caller must not make us go."""
    if url.scheme != "https" and not settings.private_targets:
        message = f"{url.scheme}://{url.host} is refused: only https leaves this service"
        raise TaskFailed(message)
    addresses = await _resolve(url)
    if not settings.private_targets and not all(_is_public(address) for address in addresses):
        message = f"{url.host} is refused: it names an address inside a private network"
        raise TaskFailed(message)
    return addresses[0]


async def _resolve(url: HttpUrl) -> list[str]:
    host = (url.host or "").strip("[]")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, url.port, type=socket.SOCK_STREAM
        )
    except socket.gaierror as error:
        message = f"{host} has no address at the moment"
        raise ReceiverFailed(message) from error
    return [str(address[0]) for *_, address in found]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global and not (mapped or found).is_multicast
