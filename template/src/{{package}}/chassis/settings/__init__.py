"""The settings: every room's options, composed; the only reader of the environment."""

from .catalogue import Setting, describe_section, describe_settings
from .development import development_environment
from .explaining import Explained, explain_task
from .load import EnvFile, load_sections, load_settings, unknown_variables
from .overrides import Overridden, override_tasks
from .service import ServiceOptions, ServiceSettings, service_version
from .sources import Source, open_sources

__all__ = [
    "EnvFile",
    "Explained",
    "Overridden",
    "ServiceOptions",
    "ServiceSettings",
    "Setting",
    "Source",
    "describe_section",
    "describe_settings",
    "development_environment",
    "explain_task",
    "load_sections",
    "load_settings",
    "open_sources",
    "override_tasks",
    "service_version",
    "unknown_variables",
]
