"""Parses field specs: ``name[:type[:modifier...]]``, each refusal pointing at its column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from ..errors import UsageRefused
from ..names import check_field_name, did_you_mean, in_words, sounds_secret
from . import literals, patterns, samples
from .constraints import Constraints
from .containers import MOST_SAMPLES
from .spec import FieldSpec, Kind, Models, NoSample
from .tokens import Token, split
from .types import read_type

MAX_FIELDS: Final = 64
MAX_LENGTH: Final = 10_000

FLAGS: Final = frozenset({"optional", "redact", "idem", "key"})
_TEXTS: Final = frozenset({"str", "enum"})
_ORDER: Final = frozenset({"gt", "ge", "lt", "le"})
_COUNTS: Final = {"min": MAX_LENGTH, "max": 10**9, "digits": 38, "places": 38}
_VALUED: Final = frozenset({f.name for f in fields(Constraints)} | {"default", "example"})


def parse_fields(specs: Sequence[str], models: Models | None = None) -> tuple[FieldSpec, ...]:
    """Every field of a model; refuses two of one name, and more than a model should have.

    ``models`` are those that a field may refer to; without them, such a field is refused.
    """
    if len(specs) > MAX_FIELDS:
        raise UsageRefused(f"{len(specs)} fields in one model", f"{MAX_FIELDS} are allowed")
    parsed: dict[str, FieldSpec] = {}
    for spec in specs:
        field = parse_field(spec, models)
        if field.name in parsed:
            raise UsageRefused(f"field {field.name!r} is given twice").pointing_into(spec, 0)
        parsed[field.name] = field
    return tuple(parsed.values())


def parse_field(spec: str, models: Models | None = None) -> FieldSpec:
    """One field, with a sample that satisfies every limit it carries."""
    name, *rest = split(spec)
    try:
        check_field_name(name.text)
    except UsageRefused as refusal:
        raise refusal.pointing_into(spec, refusal.column or 0) from None
    kind, marks = read_type(spec, rest, models)
    return _Reading(spec, name.text, kind).finish(marks)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is known of a field while its modifiers are read."""

    spec: str
    name: str
    kind: Kind

    def finish(self, marks: Sequence[Token]) -> FieldSpec:
        given = self._distinct(marks)
        limits = self._constraints(given)
        example = self._value("example", given, limits)
        default = self._value("default", given, limits)
        return FieldSpec(
            name=self.name,
            kind=self.kind,
            spec=self.spec,
            constraints=limits,
            sample=self._sample(limits, example, default, given),
            optional="optional" in given,
            default=default,
            has_default="default" in given,
            example=example,
            redact="redact" in given,
            idem="idem" in given,
            key="key" in given,
            columns={key: token.column for key, token in given.items()},
        )

    def _distinct(self, marks: Sequence[Token]) -> dict[str, Token]:
        given: dict[str, Token] = {}
        for token in marks:
            self._check_modifier(token)
            if token.key in given:
                raise self._refused(f"modifier {token.key!r} is given twice", token)
            given[token.key] = token
        for strict, loose in (("gt", "ge"), ("lt", "le")):
            if strict in given and loose in given:
                raise self._refused(
                    f"{strict!r} and {loose!r} exclude each other", given[loose], "keep one of them"
                )
        return given

    def _check_modifier(self, token: Token) -> None:
        known = self.kind.modifiers | FLAGS
        shown = f"{self.kind.name} takes {', '.join(sorted(known))}"
        if token.key not in FLAGS | _VALUED:
            hint = did_you_mean(token.key, known)
            raise self._refused(
                f"{token.key!r} is no modifier", token, "; ".join(filter(None, [hint, shown]))
            )
        if token.key not in known:
            raise self._refused(f"{token.key!r} is not for {self.kind.name}", token, shown)
        if token.key in FLAGS and token.has_value:
            raise self._refused(f"{token.key!r} takes no value", token, f"write {token.key}")
        if token.key in _VALUED and not token.has_value:
            raise self._refused(
                f"{token.key!r} needs a value", token, f"write {token.key}=VALUE", at_value=False
            )

    def _constraints(self, given: dict[str, Token]) -> Constraints:
        limits: dict[str, Any] = {}
        for key, token in given.items():
            if key in _ORDER:
                limits[key] = self._read(token, self.kind.read)
            elif key in _COUNTS:
                limits[key] = self._read(token, _count(self._most(key)))
            elif key == "pattern":
                limits[key] = self._read(token, _pattern)
        return replace(self.kind.preset, **limits)

    def _most(self, key: str) -> int:
        return MOST_SAMPLES if key == "min" and self.kind.factory else _COUNTS[key]

    def _value(self, key: str, given: dict[str, Token], limits: Constraints) -> Any:
        # `Any`: of the kind's own type, see spec.Value.
        token = given.get(key)
        if token is None:
            return None
        value = self._read(token, self.kind.read)
        if key == "default" and self.kind.name in _TEXTS and sounds_secret(self.name):
            raise self._refused(
                f"a default for {self.name!r} would be a secret in source code",
                token,
                "leave it out",
            )
        broken = limits.broken_by(value)
        if broken is not None:
            shown = given[broken].text if broken in given else f"the {broken} of {self.kind.name}"
            raise self._refused(
                f"the {key} {token.value!r} of field {self.name!r} breaks {shown}", token
            )
        return value

    def _sample(
        self, limits: Constraints, example: Any, default: Any, given: dict[str, Token]
    ) -> Any:
        if example is not None:
            return example
        if default is not None and not self.kind.factory:
            return default
        try:
            fitting = samples.fitting(self.kind.candidates(limits, in_words(self.name)), limits)
        except NoSample as error:
            return self._missing(error, default, given)
        if fitting:
            return fitting[0]
        limiting = [token for key, token in given.items() if key not in FLAGS]
        texts = " and ".join(token.text for token in limiting)
        way_out = "loosen one of them"
        if "example" in self.kind.modifiers:
            way_out += ", or give a value that keeps them: example=VALUE"
        raise self._refused(
            f"no value found for field {self.name!r} with {texts}", limiting[0], way_out
        )

    def _missing(self, error: NoSample, default: Any, given: dict[str, Token]) -> Any:
        # None and the empty collection are values too, where the field takes them.
        if "optional" in given or default is not None:
            return default
        raise UsageRefused(
            f"field {self.name!r} needs a value in its test, and {error}",
            f"give that field of the model a default or Field(examples=[...]), or write "
            f"{self.name}:{self.kind.name}:optional",
            argument=self.spec,
            column=len(self.name) + 1,
        )

    def _read(self, token: Token, read: Callable[[str], Any]) -> Any:
        try:
            return read(token.value)
        except ValueError as error:
            raise self._refused(
                f"{token.key} cannot be {token.value!r} on field {self.name!r} of type"
                f" {self.kind.name}",
                token,
                f"allowed: {error}",
                at_value=True,
            ) from None

    def _refused(
        self, problem: str, token: Token, way_out: str = "", *, at_value: bool = False
    ) -> UsageRefused:
        column = token.column + (len(token.key) + 1 if at_value else 0)
        return UsageRefused(problem, way_out, argument=self.spec, column=column)


def _count(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        count = literals.read_int(text)
        if not 0 <= count <= most:
            raise ValueError(f"a whole number from 0 to {most}")
        return count

    return read


def _pattern(text: str) -> str:
    reason = patterns.refusal(literals.read_text(text))
    if not text or reason:
        raise ValueError(f"a regular expression of pydantic's engine ({reason or 'it is empty'})")
    return text
