"""Reads one model from the sources, and says everything that is wrong with it at once."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..contracts import ConfigurationError
from .catalogue import Setting
from .sources import Given, Source, Unreadable, read_variable

M = TypeVar("M", bound=BaseModel)

# Pydantic repeats the expression or the choices here, and the way out names them anyway.
_IN_WORDS: Final = {
    "literal_error": "it is none of the choices",
    "string_pattern_mismatch": "it has another form",
}
_SECONDS: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
# Of these, `none` is no value, so it can unset one.
_NUMBERS: Final = {"duration", "integer", "number"}


def read_model(
    model: type[M],
    settings: Sequence[Setting],
    sources: Sequence[Source],
    *,
    written: Mapping[str, Mapping[str, object]] | None = None,
    wrong_already: Sequence[str] = (),
) -> tuple[M, dict[Setting, Given]]:
    """A model of sections with what the sources say of the settings, and which of them said so.

    ``written`` holds values by section that are there already and may be replaced. Raises
    ConfigurationError with all that is wrong, ``wrong_already`` included.
    """
    found = {setting: read_variable(setting.variable, sources) for setting in settings}
    given = {setting: value for setting, value in found.items() if isinstance(value, Given)}
    problems = [*wrong_already]
    problems += [value.reason for value in found.values() if isinstance(value, Unreadable)]
    # Every section is there, so that one without any variable gets its defaults.
    nested = {section: dict((written or {}).get(section, {})) for section in model.model_fields}
    for setting, value in given.items():
        if value.text or not _means_unset(setting):
            nested[setting.section][setting.field] = _parsed(setting, value.text)
    try:
        validated = model.model_validate(nested)
    except ValidationError as error:
        problems += [_problem(details, given, settings) for details in error.errors()]
        # Without its cause, which would print every value, secrets among them.
        raise wrong(problems) from None
    if problems:
        raise wrong(problems)
    return validated, given


def wrong(problems: Sequence[str]) -> ConfigurationError:
    """One error of all problems, a line each."""
    lines = "\n".join(f"- {problem}" for problem in problems)
    count = "1 setting is" if len(problems) == 1 else f"{len(problems)} settings are"
    return ConfigurationError(f"{count} wrong:\n{lines}")


def _means_unset(setting: Setting) -> bool:
    """Whether an empty value, as `${NAME:-}` makes it, stands for no value at all."""
    return setting.nullable or setting.kind not in {"string", "password"}


def _parsed(setting: Setting, text: str) -> object:
    if setting.nullable and text.lower() == "none" and setting.kind in _NUMBERS:
        return None
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
    # Several that do not fit together: those that were given are the ones to look at.
    named = [_named(row, value) for row, value in given.items() if row.section == section]
    return f"{', '.join(named) or f'{str(section).upper()}_*'}: {what}"


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
