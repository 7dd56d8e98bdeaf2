"""How commands take the names of tenants, users and keys: by the rules of what they become."""

from typing import Annotated, Any, Final

import click
from pydantic import Field, TypeAdapter, ValidationError

from ..chassis.contracts.principal import TenantName, UserName


class NameType(click.ParamType[str]):
    """A word of the command line that must fit a rule."""

    def __init__(self, name: str, rule: Any, form: str) -> None:  # an annotated type has no type
        self.name = name
        self._rule: TypeAdapter[str] = TypeAdapter(rule)
        self._form = form

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself. Tells the way out when it does not fit."""
        try:
            return self._rule.validate_python(value)
        except ValidationError:
            self.fail(f"{value!r} is no {self.name}: {self._form}", param, ctx)


TENANT: Final = NameType(
    "tenant",
    TenantName,
    "it has 1 to 64 letters, digits, '_', '.' or '-', and begins with a letter or digit",
)
USER: Final = NameType("user", UserName, "it has 1 to 200 characters")
LABEL: Final = NameType(
    "label", Annotated[str, Field(max_length=100)], "it has at most 100 characters"
)

tenant_option = click.option(
    "--tenant",
    type=TENANT,
    default="main",
    show_default=True,
    help="The tenant whose data is meant.",
)
