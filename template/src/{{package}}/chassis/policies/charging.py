"""Credits around one direct call, for code that decides at the call what it costs."""

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

from ..contracts import Principal, Task
from ..contracts.task import A
from .acting import acting_as, current_caller
from .credits import Credits, Estimate, credits
from .guarded import guard_with
from .idempotent import idempotent
from .policy import policies_of

R = TypeVar("R")

# Plans of functions that were called so; a program has few of them.
FUNCTIONS_MAXIMUM: Final = 256


def call_function_with_credits(
    function: Callable[..., R],
    *args: Any,  # the function's own
    credit_type: str,
    estimate: Estimate = 1,
    principal: Principal | None = None,
    idempotency_key: str | None = None,
    **kwargs: Any,
) -> R:
    """Hold credits, call the function, charge a success and give anything else back.

    Whoever is acting pays, unless a ``principal`` is given. With an ``idempotency_key`` a repeated
    call gets the first one's result and is charged nothing. What an `async def` function returns is
    awaited as ever. Raises CreditsExhausted, and what the function raises.
    """
    charged = _charged(function, credit_type, estimate, is_keyed=idempotency_key is not None)
    payer = current_caller().principal if principal is None else principal
    if not inspect.iscoroutinefunction(function):
        with acting_as(payer, idempotency_key=idempotency_key):
            returned: R = charged(*args, **kwargs)
        return returned

    async def awaited() -> Any:  # whatever the function returns
        with acting_as(payer, idempotency_key=idempotency_key):
            return await charged(*args, **kwargs)

    return cast("R", awaited())


def estimate_credits_for_task(task: Task[A, Any], args: A) -> int:
    """How many credits a submission with these arguments would hold; 0 for a task without charge."""
    charges = (policy for policy in task.policies if isinstance(policy, Credits))
    return sum(policy.amount(args) for policy in charges)


@lru_cache(maxsize=FUNCTIONS_MAXIMUM)
def _charged(
    function: Callable[..., Any], credit_type: str, estimate: Estimate, *, is_keyed: bool
) -> Callable[..., Any]:
    policies = [credits(credit_type, estimate=estimate)]
    return guard_with(function, policies_of(*policies, *([idempotent()] if is_keyed else [])))
