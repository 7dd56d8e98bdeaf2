"""API keys: made once, shown once, and stored only as a digest."""

import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import Principal
from .calls import Call, Reply, load_script
from .keys import Keys

T = TypeVar("T")

_CREDENTIAL: Final = re.compile(r"vk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")

KeyState = Literal["valid", "unknown", "expired"]


class ApiKey(BaseModel):
    """The record of one key. ``digest`` is the SHA-256 of its secret, in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    label: str = Field(default="", max_length=100)
    principal: Principal
    digest: str
    created_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """The two halves of a presented key: the id finds the record, the secret proves the right."""

    key_id: str
    secret: str


def make_api_key(
    principal: Principal,
    *,
    now: datetime,
    label: str = "",
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new record, and the key itself, which exists nowhere else: show it once."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    record = ApiKey(
        id=key_id,
        label=label,
        principal=principal,
        digest=_digest(secret),
        created_at=now,
        expires_at=expires_at,
    )
    return record, f"vk_{key_id}_{secret}"


def read_credential(text: str) -> Credential | None:
    """Take a key of the form ``vk_<id>_<secret>`` apart; None when it has another form."""
    match = _CREDENTIAL.fullmatch(text)
    return Credential(match[1], match[2]) if match else None


def judge_api_key(record: ApiKey | None, credential: Credential, now: datetime) -> KeyState:
    """Whether the secret belongs to the record and the record is still good."""
    # An unknown id costs a digest and a comparison too, so time does not tell which ids exist.
    expected = record.digest if record else _UNKNOWN_DIGEST
    matches = hmac.compare_digest(_digest(credential.secret), expected)
    if record is None or not matches:
        return "unknown"
    if record.expires_at is not None and record.expires_at <= now:
        return "expired"
    return "valid"


class ApiKeys:
    """Makes the calls on the one hash that holds every key's record by its id."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def create(self, record: ApiKey) -> Call[bool]:
        """Store a record; False when one of that id exists, which a resend finds too."""
        request = {"op": "create", "id": record.id, "record": record.model_dump_json()}
        return self._call(request, _changed)

    def find(self, key_id: str) -> Call[ApiKey | None]:
        """Read one record; None when the id is unknown or its key was revoked."""
        return self._call({"op": "find", "id": key_id}, _record)

    def revoke(self, key_id: str) -> Call[bool]:
        """Forget a key; False when there is none of that id."""
        return self._call({"op": "revoke", "id": key_id}, _changed)

    def list_all(self) -> Call[tuple[ApiKey, ...]]:
        """Every record, the oldest first."""
        return self._call({"op": "list", "id": ""}, _records)

    def _call(self, request: dict[str, str], parse: Callable[[Reply], T]) -> Call[T]:
        return Call(load_script("api_keys"), (self.keys.api_keys,), (json.dumps(request),), parse)


def _changed(reply: Reply) -> bool:
    return bool(reply == 1)


def _record(reply: Reply) -> ApiKey | None:
    return None if reply is None else ApiKey.model_validate_json(reply)


def _records(reply: Reply) -> tuple[ApiKey, ...]:
    return tuple(sorted(map(ApiKey.model_validate_json, reply), key=lambda key: key.created_at))


def _digest(secret: str) -> str:
    # A random secret of 256 bits cannot be searched for, so a slow hash would protect nothing.
    return sha256(secret.encode()).hexdigest()


_UNKNOWN_DIGEST: Final = _digest("")
