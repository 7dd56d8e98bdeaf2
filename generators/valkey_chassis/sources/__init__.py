"""Where fields may come from beside the command line: a sample, a JSON Schema, a pydantic model."""

from .expanding import add_source, expanded

__all__ = ["add_source", "expanded"]
