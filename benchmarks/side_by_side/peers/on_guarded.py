"""A service rendered from this work tree, its task under the five policies that the pile has too."""

import sys
from functools import cache
from importlib import import_module
from typing import Any

from on_service import PACKAGE, service, settled
from part import VARIANT
from timing import by_callers, timed

__all__ = ["enqueue", "hit", "replay", "settled", "stack", "stack_async", "worker"]

USER, GRANTED = "bench", 10**12
TOKEN = "bench"  # noqa: S105 - a fencing token, no secret


def worker() -> list[str]:
    """The service's own worker process."""
    return [sys.executable, "-m", f"{PACKAGE}.cli", "worker", "--kind", "async"]


def enqueue(_task: str, numbers: range) -> None:
    """Submit one by one."""
    for number in numbers:
        submit(number, f"key-{number}")


def submit(number: int, key: str) -> Any:
    """One submission under a key; its handle."""
    chosen, args = task()
    return service().submitter.submit(
        chosen, args(number=number), principal=principal(), idempotency_key=key
    )


def stack(holds: str, numbers: range) -> list[float]:
    """Submit, begin and settle in this process, beside so many open holds: seconds of each call."""
    open_holds(int(holds or 0))
    return [timed(through_all, number) for number in numbers]


def through_all(number: int) -> None:
    """One call that nothing refuses and nothing answers."""
    handle = submit(number, f"key-{number}")
    run = service().store.run
    begun = run(service().ledger.begin(handle.execution_id, handle.tenant, TOKEN))
    assert run(settlement(begun, number)) == "settled"


async def stack_async(callers: str, numbers: range) -> list[float]:
    """The same on an event loop, by so many callers at once."""
    return await by_callers(int(callers), numbers, through_all_async)


async def through_all_async(number: int) -> None:
    """One call on an event loop."""
    chosen, args = task()
    handle = await service().async_submitter.submit(
        chosen, args(number=number), principal=principal(), idempotency_key=f"key-{number}"
    )
    run = service().async_store.run
    begun = await run(service().ledger.begin(handle.execution_id, handle.tenant, TOKEN))
    assert await run(settlement(begun, number)) == "settled"


def settlement(begun: Any, number: int) -> Any:
    """The call that ends a delivery with a success, as a worker makes it."""
    _, args = task()
    return service().ledger.settle(
        room("stores").Settlement(
            execution_id=begun.execution_id,
            tenant=begun.principal.tenant,
            fence=begun.fence,
            token=begun.token,
            state=room("contracts").ExecutionState.SUCCEEDED,
            result_json=args(number=number).model_dump_json(),
            steps=begun.settlement,
        )
    )


def hit(_case: str, numbers: range) -> list[float]:
    """Submissions under keys of their own, of what is in the cache."""
    answered_first()
    return [timed(answered, 0, f"hit-{number}") for number in numbers]


def replay(_case: str, numbers: range) -> list[float]:
    """Submissions under a key whose result is known."""
    answered_first()
    return [timed(answered, 0, "key-0") for _ in numbers]


@cache
def answered_first() -> None:
    """Run the one that is asked for again."""
    through_all(0)


def answered(number: int, key: str) -> None:
    """One submission that needs no worker."""
    answer = submit(number, key).result(timeout=1).number
    assert answer == number, f"asked for {number}, got {answer}"


@cache
def open_holds(count: int) -> None:
    """Let so many executions hold credits on the one account."""
    chosen, args = task()
    service().submitter.submit_many(
        chosen,
        [args(number=-number) for number in range(1, count + 1)],
        principal=principal(),
        idempotency_keys=[f"open-{number}" for number in range(count)],
    )


@cache
def task() -> tuple[Any, Any]:
    """The task of this variant, and the model of its arguments."""
    module = import_module(f"{PACKAGE}.tasks.bench")
    return getattr(module, f"{VARIANT}_noop"), module.BenchArgs


@cache
def principal() -> Any:
    """The one caller, whose account has credits."""
    found = room("contracts").Principal(user=USER)
    call = service().credit_ledger.grant(found.tenant, USER, "bench", GRANTED, "bench")
    service().store.run(call)
    return found


@cache
def room(name: str) -> Any:
    """One package of the service's chassis."""
    return import_module(f"{PACKAGE}.chassis.{name}")
