"""How the HTTP interface listens and what it lets in: the `API_` section of the settings."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

# host:port, with the host of an IPv6 address in brackets.
Bind = Annotated[str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):\d{1,5}$")]


class ApiOptions(BaseModel):
    """Limits at the edge; every one is a refusal with a status of its own, never an error 500."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bind: Bind = Field(
        default="127.0.0.1:8000",
        examples=["127.0.0.1:8000"],
        description="host:port of the API; port 0 takes a free one. 0.0.0.0 reaches every network.",
    )
    body_bytes_maximum: int = Field(
        default=1_048_576, ge=1_024, le=67_108_864, description="Longest request body, bytes."
    )
    body_timeout_seconds: float = Field(
        default=30.0, ge=1, le=600, description="Seconds a caller may take to send a body."
    )
    json_depth_maximum: int = Field(
        default=64, ge=4, le=150, description="Deepest nesting of a JSON body."
    )
    requests_per_minute: int = Field(
        default=3_000,
        ge=0,
        le=10_000_000,
        description="Requests per client address and API process, as many at once; 0 is no limit. "
        "Set trusted_proxies too, or all callers behind a proxy share one allowance.",
    )
    addresses_maximum: int = Field(
        default=10_000, ge=100, le=1_000_000, description="Client addresses remembered at a time."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        examples=["10.0.0.0/8,192.0.2.7"],
        description="Addresses or networks of your own proxies. Only what they add to "
        "X-Forwarded-For is believed; when empty, the header is ignored.",
    )
    authentication_cache_seconds: float = Field(
        default=3.0,
        ge=0,
        le=4.5,
        description="Seconds a verified API key is remembered, and so how long a revoked one may "
        "still work.",
    )
    docs_enabled: bool | None = Field(
        default=None,
        description="Serve /docs and /openapi.json; when unset, everywhere but in production.",
    )
    readiness_timeout_seconds: float = Field(
        default=2.0, ge=0.1, le=60, description="Seconds each check of /readyz may take."
    )
    concurrent_requests_maximum: int = Field(
        default=1_000, ge=1, le=100_000, description="Requests at a time; more are answered 503."
    )
    streams_maximum: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="Executions followed at a time per API process; more are answered 503. They "
        "count among the concurrent requests.",
    )
    stream_seconds_maximum: float = Field(
        default=300.0, ge=1, le=86_400, description="Seconds until a stream ends, to be resumed."
    )
    stream_heartbeat_seconds: float = Field(
        default=15.0,
        ge=0.1,
        le=300,
        description="Seconds between signs of life in a quiet stream; fewer than proxies wait.",
    )
    shutdown_grace_seconds: float = Field(
        default=10.0, ge=0, le=600, description="Seconds that open requests get at shutdown."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, written: tuple[str, ...]) -> tuple[str, ...]:
        for each in written:
            if ip_network(each, strict=False).prefixlen == 0:
                message = f"{each} trusts the whole internet to name its own address"
                raise ValueError(message)
        return written

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The proxies as networks."""
        return tuple(ip_network(each, strict=False) for each in self.trusted_proxies)
