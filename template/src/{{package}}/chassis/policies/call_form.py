"""The form of a function's calls: its parameters as an arguments model, its result as JSON."""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import GenericAlias
from typing import Any, Final, get_type_hints

from pydantic import ConfigDict, Field, PydanticUserError, TypeAdapter, create_model
from pydantic.errors import PydanticSchemaGenerationError

from ..contracts import PolicyConflict, TaskArgs
from ..stores import digest

_UNFIT: Final = (PydanticUserError, PydanticSchemaGenerationError, NameError, TypeError)


class CallArgs(TaskArgs):
    """Base of the arguments of a guarded function."""

    # A web framework's alias is for its callers; here a parameter goes by its own name.
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)


@dataclass(frozen=True, slots=True)
class CallForm:
    """How calls of one function are told apart, and how its results are kept.

    ``schema`` says which code computes the result, and in which form. ``unfit`` are the parameters, or `return`, that JSON cannot hold, each with the reason.
    """

    signature: inspect.Signature
    model: type[CallArgs]
    result: TypeAdapter[Any] | None
    schema: tuple[str, ...]
    unfit: dict[str, str]

    def write(self, result: object) -> str:
        """The result as JSON; nothing where JSON cannot hold it, and no policy needs it."""
        return "" if self.result is None else self.result.dump_json(result).decode()

    def read(self, result_json: str) -> Any:  # whatever the function is annotated to return
        """A result that was kept."""
        if self.result is None:
            return None
        return self.result.validate_json(result_json)

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> CallArgs:
        """The arguments of one call, defaults included. Raises as the call itself would, or
        ValidationError for a value that is not of its parameter's type.
        """
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        known = self.model.model_fields
        values = {name: value for name, value in bound.arguments.items() if name in known}
        return self.model.model_validate(values)

    def require(self, name: str, policy: str) -> None:
        """Raises PolicyConflict, unless all of a call can be written as JSON, as ``policy`` needs."""
        for part, reason in self.unfit.items():
            what = "its result" if part == "return" else f"its parameter '{part}'"
            way_out = (
                "annotate what it returns with a type that JSON can hold"
                if part == "return"
                else f"annotate it so, or leave it out by @guarded(ignore=('{part}',))"
            )
            message = f"@{policy} on '{name}' cannot keep {what} ({reason}); {way_out}"
            raise PolicyConflict(message)


def call_form(function: Callable[..., Any], ignore: tuple[str, ...] = ()) -> CallForm:
    """Read a function's signature. What ``ignore`` names does not tell one call from another."""
    signature, unfit = inspect.signature(function), {}
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        hints = {}
        unfit["return"] = str(error)
    fields: dict[str, Any] = {}
    for name, parameter in signature.parameters.items():
        if name in ignore:
            continue
        try:
            fields[name] = (_field_type(parameter, hints), _default(parameter))
        except _UNFIT as error:
            unfit[name] = _first_line(error)
    result = None
    try:
        result = _adapter(hints, "return")
    except _UNFIT as error:
        unfit.setdefault("return", _first_line(error))
    model = create_model(f"{function.__name__}_args", __base__=CallArgs, **fields)
    shape = json.dumps(result.json_schema(), sort_keys=True) if result else ""
    schema = (function.__module__, function.__qualname__, digest(shape))
    return CallForm(signature, model, result, schema, unfit)


def _field_type(parameter: inspect.Parameter, hints: dict[str, Any]) -> Any:
    _adapter(hints, parameter.name)
    hint = hints[parameter.name]
    match parameter.kind:
        case inspect.Parameter.VAR_POSITIONAL:
            return GenericAlias(tuple, (hint, ...))
        case inspect.Parameter.VAR_KEYWORD:
            return GenericAlias(dict, (str, hint))
        case _:
            return hint


def _default(parameter: inspect.Parameter) -> Any:
    return ... if parameter.default is inspect.Parameter.empty else Field(default=parameter.default)


def _adapter(hints: dict[str, Any], name: str) -> TypeAdapter[Any]:
    """Reads and writes values of an annotation as JSON. Raises one of ``_UNFIT`` where it cannot."""
    if name not in hints:
        message = "it has no annotation"
        raise TypeError(message)
    adapter = TypeAdapter(hints[name])
    # A type may be checked and yet not be written: a callable, say.
    adapter.json_schema(mode="serialization")
    return adapter


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")
