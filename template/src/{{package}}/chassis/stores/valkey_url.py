"""What a Valkey URL may look like. Whatever is wrong with one is told without what it holds."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

SCHEMES: Final = ("valkey", "valkeys", "redis", "rediss", "unix")
TLS_SCHEMES: Final = ("valkeys", "rediss")


def checked_url(url: SecretStr) -> SecretStr:
    """Hand the URL back when a client can be made of it. Raises ValueError without its secrets."""
    parts = _split(url.get_secret_value())
    if parts.scheme not in SCHEMES:
        message = f"scheme {parts.scheme!r} is not one of {', '.join(SCHEMES)}"
        raise ValueError(message)
    return url


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        # Not chained: urllib quotes what it cannot read, which may be a part of the password.
        message = (
            "its host or port cannot be read; write valkey://user:password@host:6379/0, the port "
            "at most 65535, and / ? # @ [ ] within a password as %2F %3F %23 %40 %5B %5D"
        )
        raise ValueError(message) from None
    return parts
