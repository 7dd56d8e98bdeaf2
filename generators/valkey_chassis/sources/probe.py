"""Run as a script: prints the JSON Schema of a pydantic model, and what that schema leaves out."""

import datetime as dt
import importlib
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

# Of pydantic's limits, those that its schema does not show for every type.
HIDDEN = {
    "gt": "gt",
    "ge": "ge",
    "lt": "lt",
    "le": "le",
    "max_digits": "digits",
    "decimal_places": "places",
}


class Refused(Exception):
    """The model cannot be read; the message says why."""


def main(module: str, name: str) -> dict[str, Any]:
    """The answer, to be printed as JSON."""
    try:
        return answer(model_of(module, name))
    except Refused as refusal:
        return {"refused": str(refusal)}
    except Exception as error:  # noqa: BLE001 - whatever a foreign module raises is told, not shown
        return {"refused": f"{type(error).__name__}: {error}".splitlines()[0]}


def model_of(module: str, name: str) -> Any:
    # `Any`: pydantic may not be installed where this is type-checked.
    from pydantic import BaseModel

    found = getattr(importlib.import_module(module), name, None)
    if isinstance(found, type) and issubclass(found, BaseModel):
        return found
    models = [
        key
        for key, value in vars(importlib.import_module(module)).items()
        if isinstance(value, type) and issubclass(value, BaseModel) and value is not BaseModel
    ]
    listed = f"its models: {', '.join(sorted(models)[:20])}" if models else "it has none"
    raise Refused(f"{module} has no pydantic model {name!r}; {listed}")


def answer(model: Any) -> dict[str, Any]:
    schema = model.model_json_schema()
    if "properties" not in schema:
        raise Refused("it refers to itself, or has no fields")
    for name, field in model.model_fields.items():
        described = schema["properties"].get(field.validation_alias or field.alias or name, {})
        limits = {
            HIDDEN[key]: written(value)
            for metadata in field.metadata
            for key in HIDDEN
            if (value := getattr(metadata, key, None)) is not None
        }
        if limits:
            described["limits"] = limits
        for metadata in field.metadata:
            if type(metadata).__name__.endswith("Validator"):
                raise Refused(f"a function judges {name}, and a field spec cannot say that")
        if field.default_factory is not None:
            described["default"] = empty(name, field.default_factory)
    validators = model.__pydantic_decorators__
    judged = [*validators.field_validators, *validators.model_validators]
    notices = (
        [f"what these validators check is not taken over: {', '.join(judged)}"] if judged else []
    )
    return {"schema": schema, "notices": notices}


def empty(name: str, factory: Any) -> list[Any]:
    if factory not in {list, dict, set}:
        raise Refused(f"a function makes the default of {name}; give {name} yourself")
    return []


def written(value: Any) -> str:
    """A limit as a field spec reads it."""
    match value:
        case dt.datetime() | dt.date():
            return value.isoformat()
        case dt.timedelta():
            return f"{value // dt.timedelta(milliseconds=1)}ms"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


if __name__ == "__main__":
    # What the module prints goes where it is not read.
    answered, sys.stdout = sys.stdout, sys.stderr
    # The folder of this script is no place to import from.
    sys.path = [each for each in sys.path if each != str(Path(__file__).parent)]
    answered.write(json.dumps(main(sys.argv[1], sys.argv[2])))
