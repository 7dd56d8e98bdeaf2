"""Opens Valkey clients for each mode, with timeouts and retries always set."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from valkey import BlockingConnectionPool, Sentinel, Valkey, ValkeyCluster
from valkey.asyncio import BlockingConnectionPool as AsyncBlockingConnectionPool
from valkey.asyncio import Sentinel as AsyncSentinel
from valkey.asyncio import Valkey as AsyncValkey
from valkey.asyncio import ValkeyCluster as AsyncValkeyCluster
from valkey.backoff import (
    AbstractBackoff,
    ConstantBackoff,
    DecorrelatedJitterBackoff,
    EqualJitterBackoff,
    ExponentialBackoff,
    FullJitterBackoff,
)
from valkey.connection import AbstractConnection, parse_url
from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkey.exceptions import ReadOnlyError
from valkey.exceptions import TimeoutError as ValkeyTimeoutError

from .pool import ProbedConnection, Stack
from .sentinel_pool import AsyncBlockingSentinelPool, BlockingSentinelPool
from .single_retry import AsyncSingleRetry, SingleRetry
from .valkey_config import ValkeyConfig
from .wire import ENCODING_ERRORS, Packer

# Sent again over a new connection: the old one broke, or leads to a server that is primary no more.
_RETRIED = (ValkeyConnectionError, ValkeyTimeoutError, ReadOnlyError)


@dataclass(frozen=True, slots=True)
class _Address:
    url: str
    options: dict[str, Any]


def connect(config: ValkeyConfig) -> Valkey:
    """Open a sync client. Connects on first use, but in a cluster at once, to learn its nodes."""
    address = _address(config)
    retry = SingleRetry(backoff(config), config.retry_attempts, supported_errors=_RETRIED)
    if config.mode == "cluster":
        # ValkeyCluster offers the same commands; it is no subclass, so the type is told here.
        cluster: Any = ValkeyCluster.from_url(
            address.url,
            retry=retry,
            cluster_error_retry_attempts=config.retry_attempts,
            **address.options,
        )
        return cluster  # type: ignore[no-any-return]
    address.options["command_packer"] = Packer(ENCODING_ERRORS)
    if config.mode == "sentinel":
        sentinel = Sentinel(
            _nodes(config), sentinel_kwargs=_sentinel_options(config), **address.options
        )
        primary: Valkey = sentinel.master_for(
            config.sentinel_service,
            connection_pool_class=BlockingSentinelPool,
            retry=retry,
            timeout=config.socket_timeout,
        )
        return primary
    # More calls at a time than connections wait for one; the plain pool would refuse them.
    return Valkey.from_pool(
        BlockingConnectionPool.from_url(
            address.url,
            retry=retry,
            timeout=config.socket_timeout,
            queue_class=Stack,
            connection_class=_connection_class(address.url),
            **address.options,
        )
    )


def _connection_class(url: str) -> type[AbstractConnection]:
    # TLS and Unix sockets keep their own.
    found: type[AbstractConnection] = parse_url(url).get("connection_class", ProbedConnection)
    return found


def connect_async(config: ValkeyConfig) -> AsyncValkey:
    """Open an async client, to be used on one event loop. Connects on first use."""
    address = _address(config)
    retry = AsyncSingleRetry(backoff(config), config.retry_attempts, supported_errors=_RETRIED)
    if config.mode == "cluster":
        cluster: Any = AsyncValkeyCluster.from_url(
            address.url,
            retry=retry,
            cluster_error_retry_attempts=config.retry_attempts,
            **address.options,
        )
        return cluster  # type: ignore[no-any-return]
    if config.mode == "sentinel":
        sentinel = AsyncSentinel(
            _nodes(config), sentinel_kwargs=_sentinel_options(config), **address.options
        )
        primary: AsyncValkey = sentinel.master_for(
            config.sentinel_service,
            connection_pool_class=AsyncBlockingSentinelPool,
            retry=retry,
            timeout=config.socket_timeout,
        )
        return primary
    client: AsyncValkey = AsyncValkey.from_pool(
        AsyncBlockingConnectionPool.from_url(
            address.url, retry=retry, timeout=config.socket_timeout, **address.options
        )
    )
    return client


def connect_subscriber(config: ValkeyConfig) -> AsyncValkey:
    """Open an async client for subscriptions: in a cluster any one node hears every channel.

    It does not retry: whoever listens has to know that the connection was lost.
    """
    mode = "standalone" if config.mode == "cluster" else config.mode
    return connect_async(config.model_copy(update={"mode": mode, "retry_attempts": 0}))


def backoff(config: ValkeyConfig) -> AbstractBackoff:
    """The waits between resends that `VAPI_RETRY_BACKOFF_TYPE` names."""
    base, cap = config.retry_backoff_base, config.retry_backoff_cap
    match config.retry_backoff_type:
        case "constant":
            return ConstantBackoff(base)
        case "exponential":
            return ExponentialBackoff(cap, base)
        case "full_jitter":
            return FullJitterBackoff(cap, base)
        case "equal_jitter":
            return EqualJitterBackoff(cap, base)
        case "decorrelated_jitter":
            return DecorrelatedJitterBackoff(cap, base)


def _address(config: ValkeyConfig) -> _Address:
    options: dict[str, Any] = {
        "decode_responses": True,
        "encoding_errors": ENCODING_ERRORS,
        "socket_timeout": config.socket_timeout,
        "socket_connect_timeout": config.connect_timeout,
        "health_check_interval": config.health_check_interval,
        "max_connections": config.max_connections,
    }
    if config.mode != "cluster":
        # Without it the client retries connecting alone, and never a call.
        options["retry_on_error"] = list(_RETRIED)
    if config.mode == "sentinel":
        # Sentinels tell the address; who asks for which database is in the URL all the same.
        found = parse_url(_with_valkey_scheme(config))
        options |= {name: found[name] for name in ("username", "password", "db") if name in found}
        options["ssl"] = config.uses_tls
    if config.username is not None:
        options["username"] = config.username
    if config.password is not None:
        options["password"] = config.password.get_secret_value()
    if config.uses_tls:
        options |= _tls_options(config)
    return _Address(_with_valkey_scheme(config), options)


def _tls_options(config: ValkeyConfig) -> dict[str, Any]:
    # Certificates and host names are always checked: there is no option to switch that off.
    return {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": True,
        "ssl_ca_certs": config.tls_ca_file,
        "ssl_certfile": config.tls_cert_file,
        "ssl_keyfile": config.tls_key_file,
    }


def _with_valkey_scheme(config: ValkeyConfig) -> str:
    parts = urlsplit(config.url.get_secret_value())
    scheme = {"redis": "valkey", "rediss": "valkeys"}.get(parts.scheme, parts.scheme)
    return urlunsplit(parts._replace(scheme=scheme))


def _nodes(config: ValkeyConfig) -> list[tuple[str, int]]:
    pairs = (node.rpartition(":") for node in config.sentinel_nodes)
    return [(host.strip("[]"), int(port)) for host, _, port in pairs]


def _sentinel_options(config: ValkeyConfig) -> dict[str, Any]:
    options: dict[str, Any] = {
        "socket_timeout": config.socket_timeout,
        "socket_connect_timeout": config.connect_timeout,
    }
    if config.sentinel_password is not None:
        options["password"] = config.sentinel_password.get_secret_value()
    return options
