"""Who may see and do what: the one place that names a role."""

from typing import Final

from ..contracts import SYSTEM, DeadLetterKind, Execution, NotAuthorized, Principal

OPERATOR_ROLE: Final = "operator"


def may_read(principal: Principal, execution: Execution) -> bool:
    """Whether the caller may cancel the execution, or its result answers all of the tenant."""
    if principal.tenant == execution.tenant and execution.audience == "tenant":
        return True
    return may_cancel(principal, execution)


def may_cancel(principal: Principal, execution: Execution) -> bool:
    """Whether the execution is the caller's own, or the caller operates the same tenant."""
    if principal.tenant != execution.tenant:
        return False
    return principal.user == execution.user or OPERATOR_ROLE in principal.roles


def require_operator_of(principal: Principal, what: str) -> None:
    """Raises NotAuthorized, unless the caller operates the tenant."""
    if OPERATOR_ROLE not in principal.roles:
        message = f"{what} need the role '{OPERATOR_ROLE}'; call with a key that has it"
        raise NotAuthorized(message)


def require_operator(principal: Principal, kind: DeadLetterKind) -> None:
    """Raises NotAuthorized, unless the caller looks after dead letters of this kind."""
    require_operator_of(principal, "dead letters")
    # A message of the broker may be anybody's, so no other tenant's operator may see it.
    if kind is DeadLetterKind.MESSAGES and principal.tenant != SYSTEM.tenant:
        message = (
            f"dead messages belong to the service itself; call with a key of an operator of the "
            f"tenant '{SYSTEM.tenant}'"
        )
        raise NotAuthorized(message)
