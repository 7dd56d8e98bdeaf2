"""Tells of each option of a task what is in force, and who said so."""

from dataclasses import dataclass

from ..policies import label_of, word_of
from .catalogue import Setting
from .overrides import Overridden
from .task_options import OptionSection, is_tunable, sections_of


@dataclass(frozen=True, slots=True)
class Explained:
    """One option. ``source`` says who gave the value: `default`, `decorator`, or where its variable was.

    ``variable`` says it otherwise, within ``allowed``; both are empty for what the source alone says.
    """

    policy: str
    stages: tuple[str, ...]
    option: str
    value: str
    source: str
    allowed: str
    variable: str
    about: str


def explain_task(overridden: Overridden, name: str) -> tuple[Explained, ...]:
    """Every option of a task and its policies, in the order of their stages."""
    return tuple(
        _explained(overridden, section, row)
        for section in sections_of(overridden.written[name])
        for row in section.describe()
    )


def _explained(overridden: Overridden, section: OptionSection, row: Setting) -> Explained:
    policy = section.policy
    allowed = f"{row.allowed}, or none" if row.nullable else row.allowed
    return Explained(
        policy=label_of(policy) if policy else "task",
        stages=tuple(stage.name.lower() for stage in policy.stages) if policy else (),
        option=row.field,
        value=word_of(getattr(overridden.options[section.name], row.field)),
        source=_source(overridden, section, row),
        allowed=allowed if is_tunable(row) else "",
        variable=row.variable if is_tunable(row) else "",
        about=row.description,
    )


def _source(overridden: Overridden, section: OptionSection, row: Setting) -> str:
    if given := overridden.given.get(row.variable):
        return given.origin
    field = type(section.options).model_fields[row.field]
    is_default = getattr(section.options, row.field) == field.get_default(call_default_factory=True)
    return "decorator" if field.is_required() or not is_default else "default"
