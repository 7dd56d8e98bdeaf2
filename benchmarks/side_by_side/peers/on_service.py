"""A service rendered from this work tree: recorded executions, through its own submitter and worker."""

import sys
import time
from functools import cache
from importlib import import_module
from typing import Any

from part import VARIANT

PACKAGE = "bench_service"
# Longer than a lease of a killed worker, and the sweep that ends it.
LEASES_SECONDS = 15.0


def worker() -> list[str]:
    """The service's own worker process; the kind is `async` or `sync`."""
    return [sys.executable, "-m", f"{PACKAGE}.cli", "worker", "--kind", VARIANT]


def poller() -> list[str]:
    """The process that finds executions whose worker is gone."""
    return [sys.executable, "-m", f"{PACKAGE}.cli", "poller"]


def enqueue(task: str, numbers: range) -> None:
    """Submit one by one."""
    submit = service().submitter.submit
    chosen, args = parts(task)
    for number in numbers:
        submit(chosen, args(number=number))


def enqueue_many(task: str, numbers: range) -> None:
    """Submit all at once."""
    chosen, args = parts(task)
    service().submitter.submit_many(chosen, [args(number=number) for number in numbers])


def call(number: int) -> int:
    """Submit, and wait with the handle."""
    chosen, args = parts("noop")
    return int(service().submitter.submit(chosen, args(number=number)).result(timeout=20).number)


def settled(count: int) -> float:
    """The monotonic second at which the last of ``count`` executions was settled.

    Waits for those of a killed worker, whose leases have to end first. Raises AssertionError when
    they do not all succeed.
    """
    deadline = time.monotonic() + LEASES_SECONDS
    while len(succeeded := succeeded_at_ms()) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(succeeded) == count, f"{len(succeeded)} of {count} executions have succeeded"
    return max(succeeded) / 1000 - (time.time() - time.monotonic())


def succeeded_at_ms() -> list[int]:
    """When each execution succeeded that has."""
    store, keys = service().store, service().keys
    names = list(store.client.scan_iter(keys.tenant("*").execution("*"), count=1000))
    pipeline = store.client.pipeline(transaction=False)
    for name in names:
        pipeline.hmget(name, "state", "settled_ms")
    return [int(ended_ms) for state, ended_ms in pipeline.execute() if state == "succeeded"]


def parts(task: str) -> tuple[Any, Any]:
    """The task of the chosen kind, and the model of its arguments."""
    module = import_module(f"{PACKAGE}.tasks.bench")
    return getattr(module, f"{task}_{VARIANT}"), module.BenchArgs


@cache
def service() -> Any:
    """The rendered service's composition root; its settings come from the environment."""
    return import_module(f"{PACKAGE}.app").Service.load()
