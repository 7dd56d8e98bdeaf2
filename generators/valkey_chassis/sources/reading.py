"""Reads what `--from` names: tells a model from a file, and a schema from a sample."""

import json
import re
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NoReturn

from ..errors import UsageRefused
from ..project import Project
from .drawn import Drawn
from .sample import draw_sample
from .schema import draw_schema
from .service_model import schema_of

MAX_BYTES: Final = 1_000_000
_MODEL: Final = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)", re.ASCII)


def read(project: Project, source: str, skip: Collection[str]) -> Drawn:
    """The fields of a source but those to ``skip``. Raises UsageRefused."""
    model = _MODEL.fullmatch(source)
    if model and not Path(source).exists():
        schema, notices = schema_of(project, model[1], model[2])
        return draw_schema(schema, source, skip, of_service=True, notices=notices)
    document = _document(Path(source), source)
    if not isinstance(document, dict):
        raise UsageRefused(
            f"{source} holds {_called(document)}, and fields have names",
            "give it one object: a sample, or a JSON Schema with properties",
        )
    if isinstance(document.get("properties"), dict) and (
        "$schema" in document or "type" in document
    ):
        return draw_schema(document, source, skip)
    return draw_sample(document, source, skip)


def _document(path: Path, source: str) -> Any:
    # `Any`: JSON is whatever it is; the callers look.
    allowed = "give a JSON file, or package.module:Model"
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageRefused(f"{source} cannot be read: {error.strerror or error}", allowed) from None
    if len(content) > MAX_BYTES:
        raise UsageRefused(
            f"{source} is larger than {MAX_BYTES} bytes", "cut out the object that is meant"
        )
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_no_number,
            object_pairs_hook=_distinct,
        )
    except RecursionError:
        raise UsageRefused(f"{source} is nested too deeply", allowed) from None
    except ValueError as error:
        raise UsageRefused(f"{source} is not JSON: {error}", allowed) from None


def _no_number(text: str) -> NoReturn:
    message = f"{text} is no number of JSON"
    raise ValueError(message)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = f"an object has {twice!r} twice"
        raise ValueError(message)
    return dict(pairs)


def _called(document: object) -> str:
    match document:
        case list():
            return f"a list of {len(document)}"
        case None:
            return "null"
        case str():
            return "a text"
        case bool():
            return "true or false"
        case _:
            return "a number"
