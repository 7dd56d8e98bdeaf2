"""The pydantic models that a service has already, read from its source without importing it."""

from .referred import Referred, referred_by
from .refs import ServiceModels
from .sources import Sources

__all__ = ["Referred", "ServiceModels", "Sources", "referred_by"]
