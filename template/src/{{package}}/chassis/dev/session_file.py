"""How programs and editors find what runs: `.dev/session.json`, readable by its owner alone."""

import json
from pathlib import Path
from typing import Final

NAME: Final = "session.json"


def write_session_file(folder: Path, api_url: str, api_key: str, valkey_url: str) -> None:
    """Say how to reach the API and Valkey. The file appears whole, or not at all."""
    folder.mkdir(exist_ok=True)
    draft = folder / f"{NAME}.draft"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    session = {"api_url": api_url, "api_key": api_key, "valkey_url": valkey_url}
    draft.write_text(json.dumps(session), encoding="utf-8")
    draft.rename(folder / NAME)


def remove_session_file(folder: Path) -> None:
    """Nothing runs any more."""
    (folder / NAME).unlink(missing_ok=True)
