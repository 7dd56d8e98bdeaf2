"""What a parsed field is, and the source text it becomes in a pydantic model."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from . import literals
from .constraints import Constraints

# A default, an example or a limit: of whatever Python type the field's kind reads, and handled
# only by that kind's own functions, so one static type for all of them would say nothing.
Value: TypeAlias = Any


# The face of the chassis, as a task's module imports it.
FACE: Final = "..chassis"


class Import(NamedTuple):
    """``from module import name``; without a name ``import module``, in its usual short form."""

    module: str
    name: str = ""


def is_own(wanted: Import) -> bool:
    """Whether it is of the service itself: named from its package, as a room's modules do."""
    return wanted.module.startswith("..")


class Instance(NamedTuple):
    """A value of a class of the service: the expression that makes it, and the same as JSON."""

    source: str
    json: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of the field language: how it is annotated, read, written and tried out."""

    name: str
    annotation: str
    annotation_imports: frozenset[Import] = frozenset()
    value_imports: frozenset[Import] = frozenset()
    modifiers: frozenset[str]
    preset: Constraints = field(default_factory=Constraints)
    # Text of a limit, default or example to a value; raises ValueError that says what is allowed.
    read: Callable[[str], Value]
    # Value to a Python expression.
    write: Callable[[Value], str]
    # Values to try, most natural first, for a test or a placeholder; given limits and a word.
    candidates: Callable[[Constraints, str], Iterable[Value]]
    # A Python expression that the type refuses; None when it takes everything.
    wrong: str | None
    # Whether what a model holds is also what it takes.
    echoes: bool = True
    # Name of the builtin that makes an empty one, for kinds whose only default is `empty`.
    factory: str = ""
    # Whether it holds what must not be shown.
    secret: bool = False


class NoSample(ValueError):
    """Raised by ``Kind.candidates``: no value can be made up, and the message says why."""


class Models(Protocol):
    """The models that a service has, for fields that refer to one."""

    def kind_of(self, name: str) -> Kind:
        """The model of that name as a type. Raises UsageRefused, without a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field as it was asked for, complete with a value that satisfies it."""

    name: str
    kind: Kind
    spec: str
    constraints: Constraints
    sample: Value
    optional: bool = False
    default: Value = None
    has_default: bool = False
    example: Value = None
    redact: bool = False
    idem: bool = False
    key: bool = False
    columns: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def annotation(self) -> str:
        """The type as it stands in the model."""
        return f"{self.kind.annotation} | None" if self.optional else self.kind.annotation

    @property
    def assignment(self) -> str:
        """`` = Field(...)``, a bare default, or nothing."""
        settings = [*self._default_setting(), *self._limit_settings(), *self._display_settings()]
        if not settings:
            return ""
        if len(settings) == 1 and settings[0].startswith("default="):
            return f" = {settings[0].removeprefix('default=')}"
        return f" = Field({', '.join(settings)})"

    @property
    def sample_source(self) -> str:
        """An expression for a value that the field accepts."""
        return "None" if self.sample is None else self.kind.write(self.sample)

    @property
    def required(self) -> bool:
        """Whether callers must give it."""
        return not (self.optional or self.has_default)

    @property
    def model_imports(self) -> frozenset[Import]:
        """What the model's module needs to import for this field."""
        imports = self.kind.annotation_imports
        if self.assignment.startswith(" = Field("):
            imports |= {Import("pydantic", "Field")}
        if self._default_value_is_written or self.example is not None or self.constraints.limits:
            imports |= self.kind.value_imports
        return imports

    @property
    def _default_value_is_written(self) -> bool:
        return self.has_default and not self.kind.factory

    def _default_setting(self) -> list[str]:
        if self._default_value_is_written:
            return [f"default={self.kind.write(self.default)}"]
        if self.has_default:
            return [f"default_factory={self.kind.factory}"]
        return ["default=None"] if self.optional else []

    def _limit_settings(self) -> list[str]:
        given = self.constraints
        limits = [f"{name}={self.kind.write(value)}" for name, value in given.limits.items()]
        sizes = {
            "min_length": given.min,
            "max_length": given.max,
            "max_digits": given.digits,
            "decimal_places": given.places,
        }
        written = [f"{name}={value}" for name, value in sizes.items() if value is not None]
        pattern = [f"pattern={literals.write_pattern(given.pattern)}"] if given.pattern else []
        return [*limits, *written, *pattern]

    def _display_settings(self) -> list[str]:
        settings = []
        if self.example is not None:
            settings.append(f"examples=[{self.kind.write(self.example)}]")
        if self.redact:
            settings.append("repr=False")
        return settings
