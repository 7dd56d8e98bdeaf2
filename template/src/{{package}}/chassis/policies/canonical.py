"""Values as JSON that is the same in every process: what keys and fingerprints are made of."""

import json
from typing import Final

from pydantic import SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

# `json.dumps` would make one anew for each call that sorts.
_sorted_json: Final = json.JSONEncoder(sort_keys=True).encode
# JSON has these as they are.
_PLAIN: Final = frozenset({str, int, bool, type(None)})


def canonical_json(value: object) -> str:
    """Equal values, equal text. Secrets are written out, so the text is for a digest alone."""
    return _sorted_json(_canonical(value))


def _canonical(value: object) -> object:
    """What JSON can hold, the same in every process: a set's order differs between them."""
    if type(value) in _PLAIN:
        return value
    match value:
        case set() | frozenset():
            return sorted((_canonical(each) for each in value), key=json.dumps)
        case dict():
            return {_text(key): _canonical(each) for key, each in value.items()}
        case list() | tuple():
            return [_canonical(each) for each in value]
        case SecretStr() | SecretBytes():
            return to_jsonable_python(value.get_secret_value())
        case _:
            return to_jsonable_python(value)


def _text(key: object) -> str:
    return key if isinstance(key, str) else json.dumps(to_jsonable_python(key))
