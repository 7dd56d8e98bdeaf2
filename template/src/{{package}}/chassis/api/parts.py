"""What the routes work with: handed to `build_api` once, found again in every request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request

from ..contracts import (
    AcceptTask,
    CancelExecution,
    DeadLetterKind,
    DeadLetters,
    FollowExecution,
    ReadExecution,
    Task,
)
from ..observability import Tracing
from .authentication import Authenticator
from .client_address import Network
from .credit_desk import CreditDesk

Tasks = Mapping[str, Task[Any, Any]]


@dataclass(frozen=True, slots=True)
class ApiParts:
    """The seams to the rest of the service."""

    tasks: Tasks
    accept: AcceptTask
    read: ReadExecution
    cancel: CancelExecution
    follow: FollowExecution
    credits: CreditDesk
    dead_letters: Mapping[DeadLetterKind, DeadLetters]
    authenticate: Authenticator
    tracing: Tracing


def install_parts(app: FastAPI, parts: ApiParts, trusted_networks: Sequence[Network]) -> None:
    """Keep them where requests find them, with the proxies that may name a caller's address."""
    app.state.parts = parts
    app.state.trusted_networks = trusted_networks


def parts_of(request: Request) -> ApiParts:
    """The parts of the app that serves this request."""
    parts = request.app.state.parts
    assert isinstance(parts, ApiParts)  # noqa: S101 - the state of an app has no types
    return parts
