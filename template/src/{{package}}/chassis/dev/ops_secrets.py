"""Makes the secrets that `ops/compose.yaml` mounts: files that never leave the machine."""

import secrets
from collections.abc import Iterator
from pathlib import Path

from ..contracts import ConfigurationError
from ..stores import Keys
from ..stores.acl import AclUser, acl_rules, password_digest


def write_secrets(folder: Path, keys: Keys) -> Iterator[Path]:
    """Write each secret into a file of its own; refuses to replace any that is there."""
    password, operator_password = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    digests: dict[AclUser, str] = {
        "service": password_digest(password),
        "operator": password_digest(operator_password),
    }
    texts = {
        "valkey_password": password,
        "valkey_operator_password": operator_password,
        "users.acl": acl_rules(keys, digests),
        "grafana_password": secrets.token_urlsafe(32),
    }
    present = [name for name in texts if (folder / name).exists()]
    if present:
        message = (
            f"{folder} already holds {', '.join(present)}; remove the folder to make new secrets, "
            f"then restart everything that uses them"
        )
        raise ConfigurationError(message)
    # The folder is closed to others; the files are open, since containers read them as other users.
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        yield folder / name
