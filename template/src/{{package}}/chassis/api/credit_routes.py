"""`/credits`: the caller's own accounts; all accounts of the tenant, and grants, for operators."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from ..contracts import CreditEntry, Principal, is_entry_id
from ..contracts.principal import UserName
from ..observability import get_secure_logger
from ..policies.credits import Credits
from ..stores import GRANT_MAXIMUM
from .authority import require_operator_of
from .credit_desk import CreditAccountView, CreditDesk, view_of
from .dependencies import CurrentPrincipal
from .documentation import problems_documented
from .parts import Tasks, parts_of

_log = get_secure_logger(__name__)

CreditTypeName = Annotated[str, Field(min_length=1, max_length=64)]
CreditType = Annotated[CreditTypeName, Path()]
User = Annotated[UserName, Query(description="Whose account.")]
Count = Annotated[int, Query(ge=1, le=1_000, description="How many at most.")]


class CreditAccountsPage(BaseModel):
    """Some of the tenant's accounts, in no order."""

    accounts: tuple[CreditAccountView, ...]
    next: str | None = Field(description="`cursor` of the next page; null on the last.")


class CreditEntriesPage(BaseModel):
    """Some entries of one account, the oldest first."""

    entries: tuple[CreditEntry, ...]
    next: str | None = Field(
        description="`after` of the next page; null when there is no more yet."
    )


class CreditGrant(BaseModel):
    """Credits to add, once per id."""

    credit_type: CreditTypeName
    user: UserName
    amount: int = Field(ge=1, le=GRANT_MAXIMUM)
    grant_id: str = Field(
        min_length=1, max_length=128, description="What is granted twice under one id counts once."
    )


def credit_routes(tasks: Tasks) -> APIRouter:
    """The routes; ``tasks`` say which credits there are."""
    router = APIRouter(prefix="/credits", tags=["credits"])
    _add_own(router, tasks)
    _add_accounts(router)
    _add_entries(router)
    _add_grants(router)
    return router


def _add_own(router: APIRouter, tasks: Tasks) -> None:
    @router.get(
        "",
        operation_id="own_credits",
        summary="Your own accounts, one per type of credits that some task charges",
        responses=problems_documented(401, 503),
    )
    async def own_credits(
        request: Request, principal: CurrentPrincipal
    ) -> tuple[CreditAccountView, ...]:
        names = tuple((each, principal.user) for each in _types(tasks))
        return await parts_of(request).credits.accounts(principal.tenant, names)


def _add_accounts(router: APIRouter) -> None:
    @router.get(
        "/accounts",
        operation_id="list_credit_accounts",
        summary="Accounts of your tenant",
        responses=problems_documented(401, 403, 422, 503),
    )
    async def list_credit_accounts(
        request: Request,
        principal: CurrentPrincipal,
        cursor: Annotated[str, Query(pattern=r"^[0-9]{1,20}$")] = "0",
        count: Count = 100,
    ) -> CreditAccountsPage:
        desk = _desk(request, principal)
        page = await desk.store.run(
            desk.ledger.accounts(principal.tenant, cursor=cursor, count=count)
        )
        accounts = await desk.accounts(principal.tenant, page.accounts)
        return CreditAccountsPage(
            accounts=accounts, next=None if page.cursor == "0" else page.cursor
        )

    @router.get(
        "/accounts/{credit_type}",
        operation_id="show_credit_account",
        summary="One account; all zeros when nothing was ever granted",
        responses=problems_documented(401, 403, 422, 503),
    )
    async def show_credit_account(
        credit_type: CreditType, user: User, request: Request, principal: CurrentPrincipal
    ) -> CreditAccountView:
        desk = _desk(request, principal)
        (account,) = await desk.accounts(principal.tenant, ((credit_type, user),))
        return account


def _add_entries(router: APIRouter) -> None:
    @router.get(
        "/accounts/{credit_type}/entries",
        operation_id="list_credit_entries",
        summary="What has moved an account's credits, oldest first, until it is acknowledged",
        responses=problems_documented(401, 403, 422, 503),
    )
    async def list_credit_entries(
        credit_type: CreditType,
        user: User,
        request: Request,
        principal: CurrentPrincipal,
        after: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
        count: Count = 100,
    ) -> CreditEntriesPage:
        desk = _desk(request, principal)
        if after and not is_entry_id(after):
            wrong = {"loc": ("query", "after"), "type": "cursor", "msg": "no `next` of entries"}
            raise RequestValidationError([wrong])
        call = desk.ledger.entries(principal.tenant, user, credit_type, after=after, count=count)
        found = await desk.store.run(call)
        is_full = len(found) == count
        return CreditEntriesPage(entries=found, next=found[-1].id if is_full else None)


def _add_grants(router: APIRouter) -> None:
    @router.post(
        "/grants",
        operation_id="grant_credits",
        summary="Add credits to an account of your tenant, once per grant id",
        responses=problems_documented(401, 403, 422, 503),
    )
    async def grant_credits(
        grant: CreditGrant, request: Request, principal: CurrentPrincipal
    ) -> CreditAccountView:
        desk = _desk(request, principal)
        call = desk.ledger.grant(
            principal.tenant, grant.user, grant.credit_type, grant.amount, grant.grant_id
        )
        account = await desk.store.run(call)
        _log.info("credits granted", **grant.model_dump(), by=principal.user)
        return view_of(grant.credit_type, grant.user, account)


def _desk(request: Request, principal: Principal) -> CreditDesk:
    require_operator_of(principal, "accounts of credits")
    return parts_of(request).credits


def _types(tasks: Tasks) -> list[str]:
    policies = (policy for task in tasks.values() for policy in task.policies)
    return sorted({each.options.type for each in policies if isinstance(each, Credits)})
