"""Whose request it is: the address that the nearest trusted machine saw."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.types import Scope

Network = IPv4Network | IPv6Network

_WITH_PORT: Final = re.compile(r"([0-9.]+):\d+|\[([^\]]+)\](?::\d+)?")


def caller_of(scope: Scope, trusted: Sequence[Network]) -> str:
    """Who shares one allowance with the caller of a request, as `allowance_of` tells."""
    peer = scope["client"][0] if scope.get("client") else ""
    written = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    forwarded_for = b",".join(written).decode("latin-1")
    return allowance_of(client_address(peer, forwarded_for, trusted))


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The caller's address, read from the right as far as trusted proxies wrote it.

    Proxies append to X-Forwarded-For, so what stands left of the first untrusted entry is the
    caller's own invention.
    """
    address = peer
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    return address


def allowance_of(address: str) -> str:
    """Who shares one allowance: an IPv4 address, or an IPv6 network of the size one customer gets."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed or address)


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    # Some proxies write the port too, which changes with every connection.
    match = _WITH_PORT.fullmatch(address)
    try:
        parsed = ip_address((match[1] or match[2]) if match else address)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed
