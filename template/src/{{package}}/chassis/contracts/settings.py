"""A section of the team's own settings, declared beside the task, event or endpoint that needs it."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from .errors import ConfigurationError


class Settings(BaseModel):
    """Base of every section. ``class WebhookSettings(Settings, section="webhook")`` reads WEBHOOK_*.

    Sections are discovered and read once, at start-up; a body asks its context for them. A field
    may say what `dev` sets where the environment says nothing:
    ``Field(json_schema_extra={"dev": ...})``, with "generate" for a secret made on the spot.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    section: ClassVar[str]

    def __init_subclass__(cls, *, section: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.section = section


S = TypeVar("S", bound=Settings)

Sections = Mapping[type[Settings], Settings]


def section_of(sections: Sections, model: type[S]) -> S:
    """Find one section among those read at start-up. Raises ConfigurationError."""
    found = sections.get(model)
    if not isinstance(found, model):
        message = (
            f"the settings section '{model.section}' ({model.__qualname__}) was not read at "
            f"start-up; define it in a module of tasks/, events/ or endpoints/"
        )
        raise ConfigurationError(message)
    return found
