"""Who is measured, at what: the one list of contenders."""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What one cell of a round measures."""

    NOOP = "no-op"
    IO = "50 ms I/O"
    MANY = "enqueue many"
    LATENCY = "latency"
    COMMANDS = "commands"
    KILLS = "SIGKILLs"
    PACED = "one at a time"
    STACK = "policies of one call"
    STACK_ASYNC = "policies of one call, async"
    CROWD = "50 callers"
    HIT = "cache hit"
    REPLAY = "replay"
    HOLDS_10 = "10 open holds"
    HOLDS_1000 = "1,000 open holds"
    HOLDS_10000 = "10,000 open holds"


IO_CONCURRENCY = 100
NOOP_ONLY = (Measure.NOOP,)
NO_IO = (Measure.NOOP, Measure.LATENCY)
MOST = (*NO_IO, Measure.IO)
CLOSELY = (*MOST, Measure.COMMANDS, Measure.KILLS)


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to run tasks. ``module`` lies in peers/; ``ours`` runs in this project's environment.

    ``baseline`` names the contender that its ratios compare it with. ``fraction`` makes a slow
    one's share of the work smaller.
    """

    name: str
    module: str
    variant: str = ""
    noop_concurrency: int = 100
    measures: tuple[Measure, ...] = MOST
    with_results: bool = False
    ours: bool = False
    baseline: str = "celery threads"
    fraction: float = 1.0

    @property
    def keeps_records(self) -> bool:
        """Whether it is a rendered service, whose executions say when they were settled."""
        return self.module in {"on_service", "on_guarded"}


CONTENDERS = (
    Contender("celery threads", "on_celery", "threads", measures=CLOSELY),
    Contender("celery solo", "on_celery", "solo", 1, (*NO_IO, Measure.KILLS)),
    Contender("celery prefork-2", "on_celery", "prefork", 2, NOOP_ONLY),
    Contender("celery threads +results", "on_celery", "threads", 100, NOOP_ONLY, with_results=True),
    Contender("dramatiq", "on_dramatiq"),
    Contender("taskiq list", "on_taskiq", "list"),
    Contender("taskiq stream", "on_taskiq", "stream"),
    Contender("arq", "on_arq"),
    Contender("huey", "on_huey", noop_concurrency=1),
    Contender("rq simple", "on_rq", "simple", 1, NO_IO, fraction=0.2),
    Contender("rq fork", "on_rq", "fork", 1, NOOP_ONLY, fraction=0.05),
    Contender("plain threads", "on_celery", "threads valkey", measures=CLOSELY, ours=True),
    Contender(
        "plain solo",
        "on_celery",
        "solo valkey",
        1,
        (*NO_IO, Measure.KILLS),
        ours=True,
        baseline="celery solo",
    ),
    Contender("recorded async", "on_service", "async", 100, (*CLOSELY, Measure.MANY), ours=True),
    Contender("recorded sync-2", "on_service", "sync", 2, NOOP_ONLY, ours=True),
)
