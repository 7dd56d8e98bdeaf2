"""Reads the settings at start-up, and says everything that is wrong with them at once."""

import difflib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import ErrorDetails

from ..contracts import ConfigurationError, DuplicateName, Sections, Settings
from ..observability import get_secure_logger
from .catalogue import Setting, describe_section, describe_settings
from .production import weaknesses
from .service import ServiceSettings
from .sources import Given, Source, Unreadable, open_sources, read_variable

M = TypeVar("M", bound=BaseModel)
EnvFile = str | os.PathLike[str] | None

# Kubernetes sets these for every Service it knows; one named `valkey` gives VALKEY_PORT and more.
_SERVICE_LINK: Final = re.compile(
    r".+_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)"
)
# Pydantic repeats the expression or the choices here, and the way out names them anyway.
_IN_WORDS: Final = {
    "literal_error": "it is none of the choices",
    "string_pattern_mismatch": "it has another form",
}
_SECONDS: Final = re.compile(r"[0-9]+(\.[0-9]+)?")

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
    settings = _validated(ServiceSettings, described, sources)
    if settings.is_production and (weak := weaknesses(settings)):
        raise _wrong([f"{weakness} (SERVICE_ENVIRONMENT=production)" for weakness in weak])
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
    values = _validated(composed, described, sources)
    _warn_of_unknown(described, sources)
    return {model: getattr(values, section) for section, model in by_section.items()}


def _path(model: type[BaseModel]) -> str:
    return f"{model.__module__}.{model.__qualname__}"


def unknown_variables(settings: Sequence[Setting], sources: Sequence[Source]) -> dict[str, str]:
    """Variables that have one of our prefixes and mean nothing, each with what may have been meant."""
    known = {setting.variable: setting for setting in settings}
    prefixes = tuple({name.removesuffix(row.field.upper()) for name, row in known.items()})
    return {
        name: _hint(name, list(known))
        for name in sorted({name for _, source in sources for name in source})
        if name.startswith(prefixes)
        and not {name, name.removesuffix("_FILE")} & set(known)
        and not _SERVICE_LINK.fullmatch(name)
    }


def _warn_of_unknown(settings: Sequence[Setting], sources: Sequence[Source]) -> None:
    for variable, hint in unknown_variables(settings, sources).items():
        _log.warning("unknown setting", variable=variable, hint=hint)


def _hint(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else "no setting has a name like it"


def _validated(model: type[M], settings: Sequence[Setting], sources: Sequence[Source]) -> M:
    found = {setting: read_variable(setting.variable, sources) for setting in settings}
    given = {setting: value for setting, value in found.items() if isinstance(value, Given)}
    problems = [value.reason for value in found.values() if isinstance(value, Unreadable)]
    # Every section is there, so that one without any variable gets its defaults.
    nested: dict[str, dict[str, object]] = {section: {} for section in model.model_fields}
    for setting, value in given.items():
        if value.text or not _means_unset(setting):
            nested[setting.section][setting.field] = _parsed(setting, value.text)
    try:
        validated = model.model_validate(nested)
    except ValidationError as error:
        problems += [_problem(details, given, settings) for details in error.errors()]
        # Without its cause, which would print every value, secrets among them.
        raise _wrong(problems) from None
    if problems:
        raise _wrong(problems)
    return validated


def _means_unset(setting: Setting) -> bool:
    """Whether an empty value, as `${NAME:-}` makes it, stands for no value at all."""
    return setting.nullable or setting.kind not in {"string", "password"}


def _parsed(setting: Setting, text: str) -> object:
    if setting.kind == "duration" and _SECONDS.fullmatch(text):
        return float(text)
    if setting.kind != "array":
        return text
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return [item.strip() for item in text.split(",") if item.strip()]


def _problem(
    details: ErrorDetails, given: Mapping[Setting, Given], settings: Sequence[Setting]
) -> str:
    section, *field = details["loc"]
    what = _IN_WORDS.get(details["type"]) or str(
        details.get("ctx", {}).get("error", details["msg"])
    )
    for setting in settings:
        if setting.section == section and field[:1] == [setting.field]:
            return f"{_named(setting, given.get(setting))}: {what}. {_way_out(setting)}"
    return f"{str(section).upper()}_*: {what}"


def _named(setting: Setting, value: Given | None) -> str:
    if value is None:
        return f"{setting.variable} is not set"
    # Quoted as JSON, so that no value can forge a line of its own.
    shown = "[redacted]" if setting.secret else json.dumps(value.text[:100])
    return f"{setting.variable} is {shown} ({value.origin})"


def _way_out(setting: Setting) -> str:
    if setting.required:
        return f"Give {setting.allowed}; there is no default"
    return f"Give {setting.allowed}, or leave it out for the default: {setting.default}"


def _wrong(problems: Sequence[str]) -> ConfigurationError:
    lines = "\n".join(f"- {problem}" for problem in problems)
    count = "1 setting is" if len(problems) == 1 else f"{len(problems)} settings are"
    return ConfigurationError(f"{count} wrong:\n{lines}")
