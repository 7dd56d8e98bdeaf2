"""What `@task` reads from a function and its options, and what it refuses to make a task of."""

import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final, get_type_hints

from ..contracts import (
    ConfigurationError,
    Cron,
    Every,
    Schedule,
    TaskArgs,
    TaskContext,
    TaskResult,
    starred_fields,
)
from ..contracts.task import A, R

RETRIES_MAXIMUM: Final = 100
RETRY_DELAY_MAXIMUM: Final = timedelta(days=7)
# Each is one more name that every worker subscribes to.
FORMER_NAMES_MAXIMUM: Final = 8

# The wire name is a metric label, a segment of a URL and part of key names.
_WIRE_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def wire_name_of(name: str) -> str:
    if _WIRE_NAME.fullmatch(name) is None:
        message = (
            f"task name '{name}' is not of the form send_invoice: lower-case letters, digits and "
            f"underscores, a letter first, 64 at most; give it another name=..."
        )
        raise ConfigurationError(message)
    return name


def former_names_of(name: str, formerly: Sequence[str]) -> tuple[str, ...]:
    """The names that it had, oldest first. Raises ConfigurationError for what cannot be one."""
    names = (formerly,) if isinstance(formerly, str) else tuple(formerly)
    for each in names:
        wire_name_of(each)
    if name in names or len(set(names)) < len(names) or len(names) > FORMER_NAMES_MAXIMUM:
        message = (
            f"task '{name}' has formerly={names}; give up to {FORMER_NAMES_MAXIMUM} different names, "
            f"oldest first, and not the one that it has now"
        )
        raise ConfigurationError(message)
    return names


def models_of(
    name: str, function: Callable[[A, TaskContext], Awaitable[R] | R]
) -> tuple[type[A], type[R]]:
    hints = get_type_hints(function)
    parameters = [hints.get(parameter) for parameter in inspect.signature(function).parameters]
    result = hints.get("return")
    fits = (
        len(parameters) == 2
        and _is_model(parameters[0], TaskArgs)
        and parameters[1] is TaskContext
        and _is_model(result, TaskResult)
    )
    if not fits:
        message = (
            f"task '{name}' must read: def {name}(args: <a TaskArgs model>, context: TaskContext) "
            f"-> <a TaskResult model>, with all three annotated"
        )
        raise ConfigurationError(message)
    args_model: Any = parameters[0]
    result_model: Any = result
    return args_model, result_model


def _is_model(hint: object, model: type) -> bool:
    return isinstance(hint, type) and issubclass(hint, model)


def refuse_retries_out_of_range(name: str, retries: int, delay: timedelta) -> None:
    if not 0 <= retries <= RETRIES_MAXIMUM or not timedelta(0) < delay <= RETRY_DELAY_MAXIMUM:
        message = (
            f"task '{name}' has retries={retries} after {delay}; give 0 to {RETRIES_MAXIMUM}, each "
            f"after up to {RETRY_DELAY_MAXIMUM}"
        )
        raise ConfigurationError(message)


def schedule_of(
    name: str,
    args_model: type[TaskArgs],
    every: timedelta | None,
    cron: str | None,
    timezone: str | None,
) -> Schedule | None:
    """When it is due, None when it has no schedule. Raises ConfigurationError."""
    if every is not None and cron is not None:
        message = f"task '{name}' has both every= and cron=; keep one of them"
        raise ConfigurationError(message)
    if timezone is not None and cron is None:
        message = f"task '{name}' has timezone= without cron=, which alone reads it; remove it"
        raise ConfigurationError(message)
    if every is None and cron is None:
        return None
    _require_default_arguments(name, args_model)
    try:
        if every is not None:
            return Every(every)
        return Cron(cron or "", "UTC" if timezone is None else timezone)
    except ConfigurationError as error:
        message = f"task '{name}': {error}"
        raise ConfigurationError(message) from error


def _require_default_arguments(name: str, args_model: type[TaskArgs]) -> None:
    required = [field for field, info in args_model.model_fields.items() if info.is_required()]
    if required:
        message = (
            f"task '{name}' runs on a schedule, so its arguments need defaults: "
            f"{', '.join(required)} has none"
        )
        raise ConfigurationError(message)


def refuse_starred_secrets(
    name: str, args_model: type[TaskArgs], result_model: type[TaskResult]
) -> None:
    if starred := starred_fields(args_model):
        message = (
            f"task '{name}' would receive stars for its argument {', '.join(starred)}: "
            f"annotate it as Secret, from the chassis, instead of SecretStr"
        )
        raise ConfigurationError(message)
    if starred := starred_fields(result_model):
        message = (
            f"task '{name}' would return stars for {', '.join(starred)}: a result is shown to "
            f"whoever asked; store the secret elsewhere and return a reference"
        )
        raise ConfigurationError(message)
