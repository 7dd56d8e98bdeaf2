"""Reads fields from a JSON Schema; what a field spec cannot say is refused with its JSON pointer."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from ..errors import UsageRefused
from .drawn import Drawn, DrawnField, pointer, refused, spec_of
from .keywords import ANNOTATIONS, default_of, modifiers_of, number_type

# How many `$ref`s may follow one another.
_MOST_HOPS: Final = 8
_FORMATS: Final = {
    "uuid": "uuid",
    "date-time": "datetime",
    "date": "date",
    "duration": "duration",
    "uri": "url",
    "url": "url",
    "password": "secret",  # pragma: allowlist secret
    "base64": "bytes",
}
_PLAIN: Final[dict[Any, str]] = {None: "json", "integer": "int", "boolean": "bool"}
# What pydantic says of every URL.
_URL_LENGTHS: Final = {"minLength": 1, "maxLength": 2083}
_TOP: Final = frozenset(
    {"$schema", "$id", "$defs", "definitions", "type", "properties", "required", *ANNOTATIONS}
)

Schema = Mapping[str, Any]


def draw_schema(
    schema: Schema,
    source: str,
    skip: Collection[str],
    *,
    of_service: bool = False,
    notices: tuple[str, ...] = (),
) -> Drawn:
    """One field for each property but those to ``skip``. Raises UsageRefused.

    In a schema ``of_service``, nested models are classes that the service has.
    """
    reading = _Reading(schema, source, of_service=of_service)
    reading.check_top()
    required = set(schema.get("required", ()))
    fields = tuple(
        DrawnField(name, reading.spec(name, schema["properties"][name], name in required), place)
        for name in schema["properties"]
        if name not in skip
        for place in [pointer("properties", name)]
    )
    return Drawn(fields, tuple(schema["properties"]), (*notices, *reading.notices))


class _Reading:
    """One schema, with the place that is being read."""

    def __init__(self, schema: Schema, source: str, *, of_service: bool) -> None:
        self._root = schema
        self._source = source
        self._of_service = of_service
        self.notices: list[str] = []

    def check_top(self) -> None:
        """Refuse an object that is not what its properties say."""
        if self._root.get("type", "object") != "object":
            raise self._refused(pointer("type"), "fields belong to an object")
        for keyword, value in self._root.items():
            closed = keyword == "additionalProperties" and value is False
            if keyword not in _TOP and not closed:
                raise self._refused(pointer(keyword), "a model cannot say that")
        unknown = [
            name for name in self._root.get("required", ()) if name not in self._root["properties"]
        ]
        if unknown:
            raise self._refused(pointer("required"), f"{unknown[0]!r} is no property")

    def spec(self, name: str, schema: Any, required: bool) -> str:
        """The spec of one property."""
        place = pointer("properties", name)
        rest, nullable = self._plain(schema, place)
        default = rest.pop("default", None)
        try:
            kind = self._type(rest, place)
            parts = [*kind, *modifiers_of(kind[0], rest)]
            if default is not None:
                parts.append(f"default={default_of(kind[0], default)}")
        except ValueError as error:
            raise self._refused(place, str(error), f"give it yourself: {name}:TYPE") from None
        self._check_left(rest, place, name)
        if nullable and required:
            self.notices.append(f"{name} may be null, so here it may be missing as well")
        if nullable or not (required or default is not None):
            parts.append("optional")
        return spec_of(name, parts)

    def _plain(self, schema: Any, place: str) -> tuple[dict[str, Any], bool]:
        """A schema without references and without null, and whether it allowed null."""
        if schema is True:
            return {}, False
        if not isinstance(schema, dict):
            raise self._refused(place, f"{schema!r} is no schema of a value")
        rest = self._resolved({k: v for k, v in schema.items() if k not in ANNOTATIONS}, place)
        choices = rest.get("anyOf")
        if isinstance(choices, list) and {"type": "null"} in choices:
            others = [choice for choice in choices if choice != {"type": "null"}]
            del rest["anyOf"]
            inner = others[0] if len(others) == 1 else {"anyOf": others}
            return {**self._plain(inner, f"{place}/anyOf")[0], **rest}, True
        if isinstance(rest.get("type"), list) and "null" in rest["type"]:
            others = [each for each in rest["type"] if each != "null"]
            return rest | {"type": others[0] if len(others) == 1 else others}, True
        return rest, False

    def _resolved(self, rest: dict[str, Any], place: str) -> dict[str, Any]:
        for _ in range(_MOST_HOPS):
            target = rest.get("$ref")
            if target is None:
                return rest
            _, _, key = str(target).rpartition("/")
            known = self._root.get("$defs", self._root.get("definitions", {}))
            if target not in {f"#/$defs/{key}", f"#/definitions/{key}"} or key not in known:
                raise self._refused(f"{place}/$ref", f"{target!r} is not in this document")
            found = {k: v for k, v in known[key].items() if k not in ANNOTATIONS}
            beside = {k: v for k, v in rest.items() if k != "$ref"}
            if self._of_service and "properties" in found:
                return {"ref": key, **beside}
            rest = {**found, **beside}
        raise self._refused(f"{place}/$ref", "it leads to itself")

    def _type(self, rest: dict[str, Any], place: str) -> list[str]:
        """The type of a value; takes what it has understood out of ``rest``."""
        if "ref" in rest:
            return [f"ref.{rest.pop('ref')}"]
        if "enum" in rest or "const" in rest:
            return _enum(rest)
        if _is_decimal(rest.get("anyOf")):
            numbers = next(each for each in rest.pop("anyOf") if each["type"] == "number")
            rest |= {key: value for key, value in numbers.items() if key != "type"}
            return ["decimal"]
        return self._by_type(rest.pop("type", None), rest, place)

    def _by_type(self, name: Any, rest: dict[str, Any], place: str) -> list[str]:
        if name == "array":
            container = "set" if rest.pop("uniqueItems", False) else "list"
            return self._made_of(container, rest.pop("items", True), f"{place}/items")
        if name == "object":
            return self._map(rest, place)
        if name == "string":
            return [self._text(rest, place)]
        if name == "number":
            return [number_type(rest)]
        if isinstance(name, list | dict) or name not in _PLAIN:
            raise self._refused(f"{place}/type", f"{name!r} is not one type")
        return [_PLAIN[name]]

    def _text(self, rest: dict[str, Any], place: str) -> str:
        form = rest.pop("format", None)
        if form is None:
            return "str"
        if form not in _FORMATS:
            raise self._refused(
                f"{place}/format",
                f"no type checks the format {form!r}",
                f"formats: {', '.join(sorted(_FORMATS))}; or give the field yourself",
            )
        kind = _FORMATS[form]
        for key, value in _URL_LENGTHS.items():
            if kind == "url" and rest.get(key) == value:
                del rest[key]
        return kind

    def _map(self, rest: dict[str, Any], place: str) -> list[str]:
        if "properties" in rest:
            raise self._refused(
                place,
                "an object within an object is a model of its own",
                "write it in the service, then give the field yourself as ref.MODEL, or as json",
            )
        inner = rest.pop("additionalProperties", True)
        return self._made_of("map", inner, f"{place}/additionalProperties")

    def _made_of(self, container: str, inner: Any, place: str) -> list[str]:
        rest, nullable = self._plain(inner, place)
        kind = self._type(rest, place)
        if nullable:
            raise self._refused(place, "items cannot be null")
        if kind[0].partition(".")[0] in {"list", "set", "map"}:
            raise self._refused(
                place, "a collection of collections", f"say {container}.json yourself"
            )
        self._check_left(rest, place, "the field")
        return [f"{container}.{kind[0]}", *kind[1:]]

    def _check_left(self, rest: Schema, place: str, name: str) -> None:
        for keyword in rest:
            raise self._refused(
                f"{place}{pointer(keyword)}",
                "a field spec cannot say that here",
                f"leave it out of the schema, or give {name} yourself and check the rest in code",
            )

    def _refused(self, place: str, problem: str, way_out: str = "") -> UsageRefused:
        return refused(self._source, place, problem, way_out)


def _enum(rest: dict[str, Any]) -> list[str]:
    choices = [rest.pop("const")] if "const" in rest else rest.pop("enum")
    if not isinstance(choices, list) or not all(isinstance(each, str) for each in choices):
        message = "an enum has texts as its choices here"
        raise ValueError(message)
    if rest.pop("type", "string") != "string":
        message = "its type is not that of its choices"
        raise ValueError(message)
    return ["enum", "/".join(choices)]


def _is_decimal(choices: Any) -> bool:
    """Pydantic's way to say a decimal: a number, or the text of one."""
    return isinstance(choices, list) and [
        each.get("type") if isinstance(each, dict) else None for each in choices
    ] == ["number", "string"]
