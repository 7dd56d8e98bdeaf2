"""The no-op under five policies, as a team would write it."""

from datetime import timedelta

import bodies

from ..chassis import (
    TaskArgs,
    TaskContext,
    TaskResult,
    cached,
    circuit_breaker,
    credits,
    idempotent,
    rate_limit,
    task,
)


class BenchArgs(TaskArgs):
    """Which one it is."""

    number: int


class BenchResult(TaskResult):
    """Which one it was."""

    number: int


# As many as the pile beside it allows: nothing is refused here.
@task(queue="bench_async")
@idempotent(retention=timedelta(days=1))
@rate_limit("1000000/second", burst=1_000_000_000)
@cached(timedelta(hours=1))
@credits("bench", estimate=1)
@circuit_breaker("bench")
async def guarded_noop(args: BenchArgs, context: TaskContext) -> BenchResult:
    """Do nothing, on the event loop."""
    return BenchResult(number=bodies.noop(args.number))


@task(queue="bench_async")
async def bare_noop(args: BenchArgs, context: TaskContext) -> BenchResult:
    """Do nothing, under no policies."""
    return BenchResult(number=bodies.noop(args.number))
