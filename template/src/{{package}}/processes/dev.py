"""Everything at once, on a developer's machine."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from .. import team
from ..app import PACKAGE, Service
from ..chassis.contracts import ConfigurationError
from ..chassis.dev import Project, launch
from ..chassis.settings import development_environment

# Beyond the worker's own grace, so that it is never cut off while it gives work back.
GRACE_MARGIN_SECONDS = 10.0
VALKEY_PORT = 6379


def run_dev(*, url: str | None, ephemeral: bool, reload: bool, check: bool) -> int:
    """Run everything until interrupted; returns the exit status."""
    service = Service.load()
    settings = service.settings
    if settings.is_production:
        # It makes an API key and grants credits.
        message = "`dev` is for development, and SERVICE_ENVIRONMENT is production; change either"
        raise ConfigurationError(message)
    environment = development_environment(team.settings_models(None))
    if "log_format" not in settings.telemetry.model_fields_set:
        environment["TELEMETRY_LOG_FORMAT"] = "console"
    project = Project(
        name=service.name,
        entry=(sys.executable, "-m", f"{PACKAGE}.cli"),
        source=Path(__file__).parents[1],
        key_prefix=service.keys.prefix,
        tasks=service.registry,
        valkey_port=_port(settings.valkey.url.get_secret_value()),
        api_bind=settings.api.bind,
        telemetry_port=int(settings.telemetry.bind.rpartition(":")[2] or 0),
        environment=environment,
        grace_seconds=settings.worker.grace_seconds + GRACE_MARGIN_SECONDS,
    )
    return launch(project, url=url, ephemeral=ephemeral, reload=reload, check=check)


def _port(url: str) -> int:
    """The port that the settings name, so that other commands reach the embedded server too."""
    port = urlsplit(url).port
    return VALKEY_PORT if port is None else port
