"""The pydantic models that a service has already, read from its source without importing it."""

from .refs import ServiceModels

__all__ = ["ServiceModels"]
