"""Access rules for the Valkey server: who may do what, as the text of a `users.acl` file."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, Literal

from ..contracts import ConfigurationError
from .keys import Keys

AclUser = Literal["service", "operator"]
"""service: every process of ours. operator: a person who looks, and changes nothing."""

MINIMUM_PASSWORD: Final = 24
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

# What the chassis, Celery's transport and the clients use. Refused stays whatever sees or touches
# other keys than named ones (KEYS, SCAN, FLUSHALL), the server itself (CONFIG, DEBUG, SHUTDOWN),
# other clients (MONITOR, CLIENT KILL), and code that outlives a call (FUNCTION).
_SERVICE_COMMANDS: Final = (
    *("-@all", "+@read", "+@write", "+@connection", "+@transaction", "+@pubsub"),
    *("-@admin", "-@dangerous", "-scan", "-randomkey", "-function"),
    *("+eval", "+evalsha", "+eval_ro", "+evalsha_ro", "+script|load", "+script|exists"),
    *("+time", "+info", "+wait", "+waitaof", "+role", "+client|setinfo", "+client|setname"),
)
_OPERATOR_COMMANDS: Final = (
    *("-@all", "+@read", "+@connection", "-@dangerous", "+scan", "+info", "+time", "+role"),
    *("+memory|usage", "+memory|stats", "+latency", "+slowlog|get", "+slowlog|len"),
    *("+client|list", "+acl|whoami", "+config|get", "+pubsub|channels", "+pubsub|numsub"),
)


def acl_rules(keys: Keys, password_digests: Mapping[AclUser, str]) -> str:
    """The whole file: the default user switched off, and one line for each user given.

    Only digests go in (``password_digest`` makes them), so the file itself opens nothing.
    """
    lines = ["user default reset off"]
    for user, digest in sorted(password_digests.items()):
        if not _DIGEST.fullmatch(digest):
            raise ConfigurationError(
                f"ACL user {user!r} needs the SHA-256 of its password, 64 hexadecimal digits, "
                "and was given something else. Make one with password_digest()."
            )
        lines.append(" ".join(("user", user, "reset on", f"#{digest}", *_grants(user, keys))))
    return "\n".join(lines) + "\n"


def password_digest(password: str) -> str:
    """What the ACL file holds in place of a password. Refuses one that could be guessed."""
    if len(password) < MINIMUM_PASSWORD or len(set(password)) < MINIMUM_PASSWORD // 3:
        raise ConfigurationError(
            f"The Valkey password is too weak: it needs {MINIMUM_PASSWORD} characters or more, "
            "made at random, for example by `python -c 'import secrets; "
            "print(secrets.token_urlsafe(32))'`."
        )
    # Random passwords of this length cannot be searched for, so a plain digest is enough;
    # it is also the only one that Valkey understands.
    return sha256(password.encode()).hexdigest()


def _grants(user: AclUser, keys: Keys) -> tuple[str, ...]:
    match user:
        case "service":
            # PSUBSCRIBE compares patterns letter by letter, so each one we use is listed.
            patterns = (keys.doorbells, keys.broadcasts, *keys.broker_patterns)
            channels = (f"&{keys.prefix}:*", *(f"&{pattern}" for pattern in patterns))
            return (f"~{keys.prefix}:*", *channels, *_SERVICE_COMMANDS)
        case "operator":
            return ("~*", *_OPERATOR_COMMANDS)
