"""The list of every setting, in words: for error messages, `doctor`, and the reference page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, JsonSchemaWarningKind
from pydantic_core import core_schema

from ..contracts import duration_in_words
from .service import ServiceSettings

# These keep the names that teams know from the guide.
_RENAMED: Final = {
    f"VALKEY_RETRY_{field}": f"VAPI_RETRY_{field}"
    for field in ("ATTEMPTS", "BACKOFF_TYPE", "BACKOFF_BASE", "BACKOFF_CAP")
}
_TYPES: Final = {
    "array": "a list, separated by commas",
    "boolean": "true or false",
    "duration": "a duration in seconds, or ISO 8601 such as PT24H",
    "integer": "a whole number",
    "number": "a number",
    "path": "a path",
    "python": "what only Python can say",
    "rate": "a rate such as 100/minute",
    "string": "text",
    "uri": "a URL",
}
_KEYWORDS: Final = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable. ``kind`` is its type as JSON Schema names it, ``allowed`` its values in words."""

    variable: str
    section: str
    field: str
    kind: str
    allowed: str
    default: str
    required: bool
    nullable: bool
    secret: bool
    description: str


@cache
def describe_settings() -> tuple[Setting, ...]:
    """Every setting of the chassis, section by section."""
    return tuple(
        setting
        for section, field in ServiceSettings.model_fields.items()
        for setting in describe_section(section, _model(field.annotation))
    )


def describe_section(section: str, model: type[BaseModel]) -> tuple[Setting, ...]:
    """The settings of one section, which may be a team's own."""
    return tuple(_described(section, model))


def describe_options(section: str, options: BaseModel) -> tuple[Setting, ...]:
    """The options of one policy, or of a task; the default of each is what the source says.

    ``section`` is the variables' prefix up to the last `__`, in lower case.
    """
    values = dict(options)
    return tuple(
        replace(
            row,
            variable=f"{section}__{row.field}".upper(),
            default=_in_words(values[row.field]),
            required=False,
        )
        for row in _described(section, type(options))
    )


class _AnySchema(GenerateJsonSchema):
    """Says of what JSON cannot hold that Python can."""

    def handle_invalid_for_json_schema(
        self,
        schema: core_schema.CoreSchema,  # noqa: ARG002 - the signature is pydantic's
        error_info: str,  # noqa: ARG002 - the signature is pydantic's
    ) -> JsonSchemaValue:
        """Give the option a type of our own."""
        return {"type": "python"}

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Say nothing: a default that JSON cannot hold is told in our own words."""


@cache
def _schema_of(model: type[BaseModel]) -> Mapping[str, Any]:
    # Every task has a policy of the same few models.
    return model.model_json_schema(schema_generator=_AnySchema)


def _described(section: str, model: type[BaseModel]) -> Iterator[Setting]:
    schema = _schema_of(model)
    for field, info in model.model_fields.items():
        described = schema["properties"][field]
        shapes = [_resolved(shape, schema) for shape in described.get("anyOf", [described])]
        shape = next(shape for shape in shapes if shape.get("type") != "null")
        name = f"{section}_{field}".upper()
        secret = bool(shape.get("writeOnly"))
        required = info.is_required()
        yield Setting(
            variable=_RENAMED.get(name, name),
            section=section,
            field=field,
            kind=shape.get("format", shape.get("type", "string")),
            allowed=_allowed({**shape, **described, **_duration_limits(info)}),
            default="" if required else _in_words(info.get_default(call_default_factory=True)),
            required=required,
            nullable=len(shapes) > 1,
            secret=secret,
            description=info.description or "",
        )


def _allowed(shape: Mapping[str, Any]) -> str:
    if "enum" in shape or "const" in shape:
        return "one of " + ", ".join(map(str, shape.get("enum", [shape.get("const")])))
    kind = _TYPES.get(shape.get("format", ""), _TYPES.get(shape.get("type", ""), "text"))
    limits = [
        f"{words} {_limit(shape[keyword])}"
        for keyword, words in (
            ("minimum", "from"),
            ("exclusiveMinimum", "above"),
            ("maximum", "up to"),
            ("exclusiveMaximum", "below"),
            ("minLength", "of at least"),
            ("maxLength", "of at most"),
        )
        if keyword in shape
    ]
    letters = ["characters"] if "minLength" in shape or "maxLength" in shape else []
    kind += "," if limits and shape.get("format") == "duration" else ""
    return " ".join([kind, *limits, *letters, *_form(shape)])


def _duration_limits(info: FieldInfo) -> Mapping[str, timedelta]:
    """The limits of a duration, which JSON Schema does not know."""
    return {
        keyword: getattr(limit, name)
        for limit in info.metadata
        for name, keyword in _KEYWORDS.items()
        if isinstance(getattr(limit, name, None), timedelta)
    }


def _limit(value: float | timedelta) -> str:
    return duration_in_words(value) if isinstance(value, timedelta) else _number(value)


def _form(shape: Mapping[str, Any]) -> list[str]:
    if "examples" in shape:
        return [f"such as {shape['examples'][0]}"]
    return [f"of the form {shape['pattern']}"] if "pattern" in shape else []


def _in_words(default: object) -> str:
    match default:
        case None:
            return "unset"
        case SecretStr():
            # Written in our sources, so it is none; a default that held a secret would be a bug.
            return default.get_secret_value()
        case bool():
            return str(default).lower()
        case float() | timedelta():
            return _number(default)
        case tuple() | frozenset() | list() | set():
            return ",".join(getattr(each, "__name__", str(each)) for each in default) or "empty"
        case _:
            return str(default) or "empty"


def _number(value: float | timedelta) -> str:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    # No 1.2e+06, which is refused as a duration.
    return str(int(seconds)) if seconds == int(seconds) else repr(seconds)


def _resolved(shape: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(shape.get("$ref", "")).rpartition("/")[2]
    resolved: Mapping[str, Any] = schema["$defs"][name] if name else shape
    return resolved


def _model(annotation: object) -> type[BaseModel]:
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        message = f"a section of ServiceSettings is a model, not {annotation!r}"
        raise TypeError(message)
    return annotation
