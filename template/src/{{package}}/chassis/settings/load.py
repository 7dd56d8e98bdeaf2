"""Reads the settings at start-up, and says everything that is wrong with them at once."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, create_model

from ..contracts import DuplicateName, Sections, Settings
from ..observability import get_secure_logger
from .catalogue import Setting, describe_section, describe_settings
from .production import weaknesses
from .reading import read_model, wrong
from .service import ServiceSettings
from .sources import Source, open_sources

EnvFile = str | os.PathLike[str] | None

# Kubernetes sets these for every Service it knows; one named `valkey` gives VALKEY_PORT and more.
_SERVICE_LINK: Final = re.compile(
    r".+_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)"
)

_log = get_secure_logger(__name__)


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: EnvFile = ".env"
) -> ServiceSettings:
    """Read every section from the environment, `.env` and `*_FILE`, in this order.

    Raises ConfigurationError naming each wrong variable, its value, what is allowed and the way
    out. A variable that only looks like one of ours is logged, since environments are shared.
    """
    sources = open_sources(environ, env_file)
    described = describe_settings()
    settings, _ = read_model(ServiceSettings, described, sources)
    if settings.is_production and (weak := weaknesses(settings)):
        raise wrong([f"{weakness} (SERVICE_ENVIRONMENT=production)" for weakness in weak])
    _warn_of_unknown(described, sources)
    return settings


def load_sections(
    models: Iterable[type[Settings]],
    environ: Mapping[str, str] | None = None,
    env_file: EnvFile = ".env",
) -> Sections:
    """Read the team's own sections in the same way. Raises DuplicateName and ConfigurationError."""
    by_section: dict[str, type[Settings]] = {}
    for model in models:
        twin = by_section.get(model.section)
        if twin or model.section in ServiceSettings.model_fields:
            message = (
                f"two settings sections are named '{model.section}': {_path(twin or ServiceSettings)} "
                f"and {_path(model)}; give yours another section=..."
            )
            raise DuplicateName(message)
        by_section[model.section] = model
    # One model of all sections, so that all problems are told together.
    fields: dict[str, Any] = {section: (model, ...) for section, model in by_section.items()}
    composed = create_model("TeamSettings", **fields)
    described = [row for name, model in by_section.items() for row in describe_section(name, model)]
    sources = open_sources(environ, env_file)
    values, _ = read_model(composed, described, sources)
    _warn_of_unknown(described, sources)
    return {model: getattr(values, section) for section, model in by_section.items()}


def _path(model: type[BaseModel]) -> str:
    return f"{model.__module__}.{model.__qualname__}"


def unknown_variables(settings: Sequence[Setting], sources: Sequence[Source]) -> dict[str, str]:
    """Variables that have one of our prefixes and mean nothing, each with what may have been meant."""
    known = {setting.variable: setting for setting in settings}
    prefixes = tuple({name.removesuffix(row.field.upper()) for name, row in known.items()})
    return {
        name: nearest(name, list(known))
        for name in sorted({name for _, source in sources for name in source})
        if name.startswith(prefixes)
        and not {name, name.removesuffix("_FILE")} & set(known)
        and not _SERVICE_LINK.fullmatch(name)
    }


def _warn_of_unknown(settings: Sequence[Setting], sources: Sequence[Source]) -> None:
    for variable, hint in unknown_variables(settings, sources).items():
        _log.warning("unknown setting", variable=variable, hint=hint)


def nearest(name: str, known: Sequence[str]) -> str:
    """What may have been meant by a name, in words."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else "no setting has a name like it"
