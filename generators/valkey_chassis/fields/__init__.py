"""The field language of the command line: ``amount:decimal:gt=0:places=2``."""

from .grammar import parse_field, parse_fields
from .spec import FACE, FieldSpec, Import, Value, is_own

__all__ = ["FACE", "FieldSpec", "Import", "Value", "is_own", "parse_field", "parse_fields"]
