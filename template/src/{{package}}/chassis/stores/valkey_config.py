"""How the service reaches Valkey: address, mode, TLS, timeouts and retries."""

import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from .valkey_url import TLS_SCHEMES, checked_url

ValkeyMode = Literal["standalone", "sentinel", "cluster"]
BackoffType = Literal[
    "constant", "exponential", "full_jitter", "equal_jitter", "decorrelated_jitter"
]

_NODE = re.compile(r"(?:[^\s:/@\[\]]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")


class ValkeyConfig(BaseModel):
    """Connection options, read from `VALKEY_*` (the retry fields from `VAPI_RETRY_*`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr = Field(
        default=SecretStr("valkey://127.0.0.1:6379/0"),
        examples=["valkey://user:password@host:6379/0"],
        description="valkey://, valkeys:// (TLS), redis://, rediss:// (TLS) or unix:///path. "
        "May hold user and password, so it is a secret.",
    )
    mode: ValkeyMode = Field(default="standalone", description="How the servers are arranged.")
    username: str | None = Field(default=None, description="ACL user; overrides the URL's.")
    password: SecretStr | None = Field(default=None, description="Overrides the URL's.")
    sentinel_nodes: tuple[str, ...] = Field(
        default=(), description="host:port of each sentinel; needed in sentinel mode."
    )
    sentinel_service: str = Field(default="primary", description="The monitored primary's name.")
    sentinel_password: SecretStr | None = Field(default=None, description="Of the sentinels.")
    tls_ca_file: str | None = Field(default=None, description="CA bundle; system's when unset.")
    tls_cert_file: str | None = Field(default=None, description="Client certificate (mTLS).")
    tls_key_file: str | None = Field(default=None, description="Client key (mTLS).")
    key_prefix: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_.:-]{0,64}$",
        description="Prefix of every key; the service's name when empty.",
    )
    socket_timeout: float = Field(
        default=5.0, ge=0.1, le=300, description="Seconds a reply may take."
    )
    connect_timeout: float = Field(default=5.0, ge=0.1, le=300, description="Seconds to connect.")
    health_check_interval: float = Field(
        default=15.0, ge=0, le=3600, description="Seconds idle before a connection is checked."
    )
    max_connections: int = Field(default=64, ge=2, le=10_000, description="Per process and pool.")
    retry_attempts: int = Field(
        default=3, ge=0, le=100, description="Resends after a lost connection or reply."
    )
    retry_backoff_type: BackoffType = Field(default="full_jitter", description="Between resends.")
    retry_backoff_base: float = Field(default=0.05, gt=0, le=60, description="First wait, seconds.")
    retry_backoff_cap: float = Field(
        default=2.0, gt=0, le=600, description="Longest wait, seconds."
    )

    durable_accepts: bool = Field(
        default=False,
        description="A submission is accepted only once the server's append-only file has it on "
        "disk: up to a second later with `appendfsync everysec`. Not in cluster mode.",
    )

    @field_validator("url")
    @classmethod
    def _leads_to_a_server(cls, url: SecretStr) -> SecretStr:
        return checked_url(url)

    @field_validator("sentinel_nodes")
    @classmethod
    def _each_node_has_a_port(cls, nodes: tuple[str, ...]) -> tuple[str, ...]:
        for node in nodes:
            form = _NODE.fullmatch(node)
            if form is None or not 0 < int(form[1]) < 2**16:
                message = f"{node!r} is no sentinel node; write host:port, for example 's1:26379'"
                raise ValueError(message)
        return nodes

    @model_validator(mode="after")
    def _modes_have_what_they_need(self) -> Self:
        if self.mode == "sentinel" and not self.sentinel_nodes:
            message = "mode 'sentinel' needs sentinel_nodes, for example 's1:26379,s2:26379'"
            raise ValueError(message)
        if self.mode == "cluster" and self.durable_accepts:
            message = (
                "durable_accepts is not possible in mode 'cluster', where nothing leads the wait to "
                "the node that has the write; switch it off, or use a standalone or sentinel server"
            )
            raise ValueError(message)
        if self.retry_backoff_base > self.retry_backoff_cap:
            message = (
                f"retry_backoff_base ({self.retry_backoff_base}) is above "
                f"retry_backoff_cap ({self.retry_backoff_cap})"
            )
            raise ValueError(message)
        return self

    @property
    def uses_tls(self) -> bool:
        """Whether the URL's scheme asks for TLS."""
        return urlsplit(self.url.get_secret_value()).scheme in TLS_SCHEMES
