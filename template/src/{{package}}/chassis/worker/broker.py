"""Where Celery finds its broker: our connection options in kombu's words."""

import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from ..contracts import ConfigurationError
from ..stores import ValkeyConfig
from .options import BrokerOptions

# The schemes of our transport; kombu knows them once `transport` is imported.
_SCHEMES = {"valkey": "valkey", "valkeys": "valkeys", "redis": "valkey", "rediss": "valkeys"}
SENTINEL_SCHEME = "valkey-sentinel"


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker. ``is_store`` says that the ledger lives on the same server, so that admission
    can push the message in its own script.

    ``url`` and the options may hold passwords: they are kept out of the representation.
    """

    config: ValkeyConfig
    is_store: bool
    url: str = field(repr=False)
    # Kombu's own options, whose values have every type.
    transport_options: dict[str, Any] = field(repr=False)
    use_ssl: dict[str, Any] | None = field(repr=False)


def find_broker(valkey: ValkeyConfig, options: BrokerOptions) -> Broker:
    """The broker that the settings name. Raises ConfigurationError when it cannot be one."""
    config = _broker_config(valkey, options)
    if config.mode == "cluster":
        message = (
            "VALKEY_MODE is 'cluster', which cannot carry Celery's messages; "
            "set BROKER_URL to a standalone server"
        )
        raise ConfigurationError(message)
    return Broker(
        config=config,
        is_store=config is valkey,
        url=_kombu_url(config),
        transport_options=_transport_options(config),
        use_ssl=_tls(config) if config.uses_tls else None,
    )


def _broker_config(valkey: ValkeyConfig, options: BrokerOptions) -> ValkeyConfig:
    if options.url is None or (options.url == valkey.url and valkey.mode == "standalone"):
        return valkey
    separate = {"url": options.url, "mode": "standalone", "username": None, "password": None}
    return valkey.model_copy(update=separate)


def _transport_options(config: ValkeyConfig) -> dict[str, Any]:
    options: dict[str, Any] = {
        "socket_timeout": config.socket_timeout,
        "socket_connect_timeout": config.connect_timeout,
        "socket_keepalive": True,
        # Without both a timeout and a short health check, a half-open connection is never noticed.
        "health_check_interval": 5,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }
    if config.mode == "sentinel":
        options["master_name"] = config.sentinel_service
        if config.sentinel_password is not None:
            secret = config.sentinel_password.get_secret_value()
            options["sentinel_kwargs"] = {"password": secret}
    return options


def _kombu_url(config: ValkeyConfig) -> str:
    parts = urlsplit(config.url.get_secret_value())
    login = _login(config, parts.netloc)
    if parts.scheme == "unix":
        query = dict(parse_qsl(parts.query))
        database = urlencode({"virtual_host": query.get("db", "0")})
        return f"valkey+socket://{login}{parts.path}?{database}"
    if config.mode == "sentinel":
        nodes = (f"{SENTINEL_SCHEME}://{login}{node}{parts.path}" for node in config.sentinel_nodes)
        return ";".join(nodes)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit((_SCHEMES[parts.scheme], f"{login}{address}", parts.path, "", ""))


def _login(config: ValkeyConfig, netloc: str) -> str:
    given, found, _ = netloc.rpartition("@")
    if config.username is None and config.password is None:
        return f"{given}@" if found else ""
    user, _, secret = given.partition(":")
    if config.username is not None:
        user = quote(config.username, safe="")
    if config.password is not None:
        secret = quote(config.password.get_secret_value(), safe="")
    return f"{user}:{secret}@"


def _tls(config: ValkeyConfig) -> dict[str, Any]:
    return {
        "ssl_cert_reqs": ssl.CERT_REQUIRED,
        "ssl_check_hostname": True,
        "ssl_ca_certs": config.tls_ca_file,
        "ssl_certfile": config.tls_cert_file,
        "ssl_keyfile": config.tls_key_file,
    }
