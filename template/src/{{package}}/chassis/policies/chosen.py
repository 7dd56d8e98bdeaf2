"""The options of a policy: checked as its author wrote them, and told in words."""

from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ..contracts import PolicyConflict, duration_in_words

Options = TypeVar("Options", bound=BaseModel)

_LIMITS: Final = {
    "ge": "from {}",
    "gt": "above {}",
    "le": "up to {}",
    "lt": "below {}",
    "min_length": "at least {} long",
    "max_length": "at most {} long",
}


def chosen(policy: str, model: type[Options], **values: object) -> Options:
    """The options of ``@policy``. Raises PolicyConflict with option, value and allowed range."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [_problem(policy, model, details, values) for details in error.errors()]
    raise PolicyConflict("; ".join(problems))


def in_words(options: BaseModel) -> str:
    """Options as a caller would write them; what is unset is left out."""
    found = options.model_dump(exclude_none=True)
    return ", ".join(f"{name}={word_of(value)}" for name, value in found.items() if value != ())


def word_of(value: object) -> str:
    """One option's value as people read it."""
    match value:
        case None:
            return "none"
        case tuple() | frozenset():
            return "/".join(map(word_of, value)) or "none"
        case float():
            return f"{value:.15g}"
        case timedelta():
            return duration_in_words(value)
        case type():
            return value.__name__
        case _:
            return str(value)


def _problem(
    policy: str, model: type[BaseModel], details: ErrorDetails, values: dict[str, object]
) -> str:
    if not details["loc"]:
        # Two options that do not fit together: our own validator names them.
        return f"@{policy}: {details['ctx']['error']}"
    option = str(details["loc"][0])
    allowed = _allowed(model.model_fields[option]) or details["msg"]
    return f"@{policy}({option}={_shown(values[option])}) is refused; allowed: {allowed}"


def _allowed(field: FieldInfo) -> str:
    limits = (
        words.format(_shown(getattr(limit, name)))
        for name, words in _LIMITS.items()
        for limit in field.metadata
        if hasattr(limit, name)
    )
    return ", ".join(limits)


def _shown(value: Any) -> str:  # an option has whatever type its author gave it
    return duration_in_words(value) if isinstance(value, timedelta) else repr(value)
