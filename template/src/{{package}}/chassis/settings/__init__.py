"""The settings: every room's options, composed; the only reader of the environment."""

from .catalogue import Setting, describe_section, describe_settings
from .development import development_environment
from .load import EnvFile, load_sections, load_settings, unknown_variables
from .service import ServiceOptions, ServiceSettings
from .sources import open_sources

__all__ = [
    "EnvFile",
    "ServiceOptions",
    "ServiceSettings",
    "Setting",
    "describe_section",
    "describe_settings",
    "development_environment",
    "load_sections",
    "load_settings",
    "open_sources",
    "unknown_variables",
]
