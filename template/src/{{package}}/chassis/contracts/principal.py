"""The authenticated caller on whose behalf a task runs."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

TENANT_PATTERN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")

TenantName = Annotated[str, Field(pattern=TENANT_PATTERN.pattern)]
UserName = Annotated[str, Field(min_length=1, max_length=200)]


class Principal(BaseModel):
    """Who asks: a user of a tenant, with roles and scopes.

    ``credential`` is the id of the API key that proved it, empty where there was none.

    The tenant is the hash tag of every key, so its form is restricted: a letter or digit, then up
    to 63 letters, digits, ``_``, ``.`` or ``-``.
    """

    # Records and keys hold principals: in a rolling deploy an older process meets newer fields.
    model_config = ConfigDict(frozen=True, extra="ignore")

    user: UserName
    tenant: TenantName = "main"
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    credential: str = Field(default="", max_length=100)


SYSTEM = Principal(user="system", roles=frozenset({"system"}))
"""The service itself: schedules and messages that no caller submitted."""
