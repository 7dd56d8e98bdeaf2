"""What a service in production refuses to start with."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from .service import ServiceSettings

PASSWORD_LENGTH_MINIMUM: Final = 12

_PLACEHOLDER: Final = re.compile(
    r"(?i)(change.?(me|this|it)|default|example|password|placeholder|secret|valkey|redis|x+|\W+)\d*"
)


def weaknesses(settings: ServiceSettings) -> tuple[str, ...]:
    """Every setting that would leave the service open, each with the way out; none when it is fit.

    Only what opens a door is refused. Console logs are a matter of taste, and are redacted too.
    """
    return (*_valkey(settings), *_broker(settings))


def _valkey(settings: ServiceSettings) -> Iterator[str]:
    config = settings.valkey
    password = config.password.get_secret_value() if config.password else _password(config.url)
    # A socket is guarded by its file's permissions, a client certificate proves who connects.
    if not (_is_socket(config.url) or config.tls_cert_file):
        yield from _weak_password("VALKEY_URL", password, "VALKEY_PASSWORD_FILE")


def _broker(settings: ServiceSettings) -> Iterator[str]:
    url = settings.broker.url
    if url is not None and url.get_secret_value() and not _is_socket(url):
        yield from _weak_password("BROKER_URL", _password(url), "BROKER_URL_FILE")


def _weak_password(variable: str, password: str, way_out: str) -> Iterator[str]:
    if not password:
        yield f"{variable} has no password: anyone on the network could use the store; set {way_out}"
    elif len(password) < PASSWORD_LENGTH_MINIMUM:
        yield (
            f"the password of {variable} has fewer than {PASSWORD_LENGTH_MINIMUM} characters; "
            f"make a random one and set {way_out}"
        )
    elif _PLACEHOLDER.fullmatch(password):
        yield f"the password of {variable} is a placeholder; make a random one and set {way_out}"


def _password(url: SecretStr) -> str:
    return unquote(urlsplit(url.get_secret_value()).password or "")


def _is_socket(url: SecretStr) -> bool:
    return url.get_secret_value().startswith("unix:")
