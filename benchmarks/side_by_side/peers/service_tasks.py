"""The tasks that the harness puts into the rendered service, as a team would write them."""

import bodies

from ..chassis import TaskArgs, TaskContext, TaskResult, task


class BenchArgs(TaskArgs):
    """Which one it is."""

    number: int


class BenchResult(TaskResult):
    """Which one it was."""

    number: int


@task(queue="bench_async")
async def noop_async(args: BenchArgs, context: TaskContext) -> BenchResult:
    """Do nothing, on the event loop."""
    return BenchResult(number=await bodies.noop_async(args.number))


@task(queue="bench_async")
async def io_async(args: BenchArgs, context: TaskContext) -> BenchResult:
    """Wait, on the event loop."""
    return BenchResult(number=await bodies.io_async(args.number))


@task(queue="bench_sync")
def noop_sync(args: BenchArgs, context: TaskContext) -> BenchResult:
    """Do nothing, in a process of the pool."""
    return BenchResult(number=bodies.noop(args.number))
