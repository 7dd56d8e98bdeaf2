"""What `dev` sets for the team's sections where neither the environment nor `.env` says anything."""

import secrets
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from ..contracts import Settings
from .load import EnvFile
from .sources import open_sources, read_variable


def development_environment(
    models: Iterable[type[Settings]],
    environ: Mapping[str, str] | None = None,
    env_file: EnvFile = ".env",
) -> dict[str, str]:
    """Variables and values of the fields marked ``json_schema_extra={"dev": ...}``."""
    sources = open_sources(environ, env_file)
    marked = [pair for model in models for pair in _marked(model.section, model)]
    return {
        variable: _text(value)
        for variable, value in marked
        if read_variable(variable, sources) is None
    }


def _marked(section: str, model: type[BaseModel]) -> Iterator[tuple[str, object]]:
    for field, info in model.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and "dev" in extra:
            yield f"{section}_{field}".upper(), extra["dev"]


def _text(value: object) -> str:
    if value == "generate":
        return secrets.token_urlsafe(32)
    return str(value).lower() if isinstance(value, bool) else str(value)
