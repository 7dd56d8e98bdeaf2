"""What routes ask for: the authenticated caller, and the way to submit a task as them."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from ..contracts import Accepted, Principal, Task, TaskArgs
from ..contracts.task import A
from ..observability import bind_context, current_correlation_id
from ..policies import Caller, act_as
from .client_address import caller_of
from .parts import ApiParts, parts_of

# Without roles or scopes. The service itself, which is the caller outside of requests, may do all.
ANONYMOUS: Final = Principal(user="anonymous")

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    bearerFormat="vk_<id>_<secret>",
    description="An API key as `Authorization: Bearer vk_...`.",
)
_header = APIKeyHeader(
    name="X-API-Key",
    auto_error=False,
    scheme_name="api_key",
    description="The same API key in a header of its own.",
)


async def authenticated(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> Principal:
    """The caller, on whose behalf guarded functions run for this request. Raises NotAuthenticated."""
    credential = bearer.credentials if bearer else header
    principal = await parts_of(request).authenticate(credential)
    key, address = request.headers.get("idempotency-key"), await caller_address(request)
    act_as(Caller(principal, key, address))
    return principal


async def unauthenticated(request: Request) -> None:
    """Guarded functions run for nobody in particular: all such callers share what is per user."""
    act_as(Caller(ANONYMOUS, request.headers.get("idempotency-key")))


async def caller_address(request: Request) -> str:
    """Whose allowance per address a request takes from."""
    return caller_of(request.scope, request.app.state.trusted_networks)


CallerAddress = Annotated[str, Depends(caller_address)]
CurrentPrincipal = Annotated[Principal, Depends(authenticated)]


class Submission:
    """Submits tasks on behalf of one caller, under the correlation id of one request."""

    def __init__(self, parts: ApiParts, principal: Principal, address: str = "") -> None:
        self._parts = parts
        self._principal = principal
        self._address = address

    async def __call__(
        self, task: Task[A, Any], args: A, *, idempotency_key: str | None = None
    ) -> Accepted:
        """Submit one task. Raises a TaskRejected, which becomes the right problem by itself."""
        return await accept(
            self._parts,
            task,
            args,
            principal=self._principal,
            idempotency_key=idempotency_key,
            address=self._address,
        )


async def accept(
    parts: ApiParts,
    task: Task[Any, Any],
    args: TaskArgs,
    *,
    principal: Principal,
    idempotency_key: str | None,
    address: str,
) -> Accepted:
    """Hand one submission to the worker room, with what the request knows."""
    with bind_context(task=task.name, tenant=principal.tenant):
        return await parts.accept(
            task,
            args,
            principal=principal,
            idempotency_key=idempotency_key,
            correlation_id=current_correlation_id(),
            traceparent=parts.tracing.traceparent(),
            address=address,
        )


def _submission(
    request: Request, principal: CurrentPrincipal, address: CallerAddress
) -> Submission:
    return Submission(parts_of(request), principal, address)


Submit = Annotated[Submission, Depends(_submission)]
