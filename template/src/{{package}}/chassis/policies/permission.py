"""`@require_roles` and `@require_scopes`: who may submit a task, checked again when it begins."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import SYSTEM, NotAuthorized, Principal, Stage
from .chosen import chosen
from .policy import F, collect

Mode = Literal["any", "all"]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class PermissionOptions(BaseModel):
    """What a caller needs: one of the names, or all of them."""

    model_config = ConfigDict(frozen=True)

    names: tuple[Name, ...] = Field(min_length=1, description="The roles or scopes.")
    mode: Mode = Field(default="any", description="Whether one of them is enough.")


def missing(options: PermissionOptions, held: frozenset[str]) -> tuple[str, ...]:
    """Which of the names are missing; none when what is held is enough."""
    lacking = tuple(name for name in options.names if name not in held)
    return () if options.mode == "any" and len(lacking) < len(options.names) else lacking


@dataclass(frozen=True, slots=True)
class Permission:
    """Of one kind, roles or scopes. The service itself may do everything that it runs."""

    options: PermissionOptions
    kind: Literal["roles", "scopes"]
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.PERMISSION,)

    @property
    def name(self) -> str:
        """The decorator's name."""
        return f"require_{self.kind}"

    def require(self, principal: Principal, task: str) -> None:
        """Raises NotAuthorized with what is missing."""
        if is_service(principal):
            return
        held = principal.roles if self.kind == "roles" else principal.scopes
        if lacking := missing(self.options, held):
            word = "one of the" if self.options.mode == "any" else "the"
            message = f"'{task}' needs {word} {self.kind} {', '.join(lacking)}"
            raise NotAuthorized(message)


def is_service(principal: Principal) -> bool:
    """Whether the service asks on its own behalf: its schedules, and messages of its broker."""
    # Wholly: a caller's key, whatever it says, carries its credential.
    return principal == SYSTEM


def require_roles(*names: str, mode: Mode = "any") -> Callable[[F], F]:
    """Refuse callers that have none of these roles, or with ``mode="all"`` not all of them."""
    options = chosen("require_roles", PermissionOptions, names=names, mode=mode)
    return collect(Permission(options, "roles"))


def require_scopes(*names: str, mode: Mode = "any") -> Callable[[F], F]:
    """The same for the scopes of a caller's credentials."""
    options = chosen("require_scopes", PermissionOptions, names=names, mode=mode)
    return collect(Permission(options, "scopes"))
