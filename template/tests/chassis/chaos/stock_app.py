"""Plain Celery on its own transport, as most services run it: what the negative controls show.

No ledger, no fence, no cap: an effect counts as soon as a body has had it. With ``late``, messages
are acknowledged after the body, else before it.
"""

import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from celery import Celery, signals
from kombu.transport import redis

from .history import History, Kind

GATE_POLL_SECONDS = 0.02
GATE_SECONDS_MAXIMUM = 120.0


@dataclass(frozen=True, slots=True)
class StockOptions:
    """How the app is set up, and where its worker dies, if it does."""

    url: str
    folder: str
    late: bool = True
    visibility_seconds: int = 3600
    pool: str = "threads"
    concurrency: int = 4
    prefetch: int = 1
    dies_in_fetch: bool = False
    dies_before_ack: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))


def build(options: StockOptions) -> Celery:
    """The app with the tasks of the controls."""
    app = Celery("stock", broker=options.url.replace("valkey://", "redis://"), set_as_current=False)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": options.visibility_seconds,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
        },
        task_acks_late=options.late,
        task_reject_on_worker_lost=options.late,
        task_ignore_result=True,
        worker_prefetch_multiplier=options.prefetch,
        worker_hijack_root_logger=False,
        worker_lost_wait=0.1,
    )
    _add_tasks(app, History(Path(options.folder) / "history.jsonl"), Path(options.folder))
    return app


def _add_tasks(app: Celery, history: History, folder: Path) -> None:
    def work(request: Any, key: str, gate: str = "") -> None:
        history.write(Kind.STARTED, execution=request.id, key=key)
        deadline = time.monotonic() + GATE_SECONDS_MAXIMUM
        while gate and not (folder / gate).exists() and time.monotonic() < deadline:
            time.sleep(GATE_POLL_SECONDS)
        history.write(Kind.EFFECT, execution=request.id, key=key)
        history.write(Kind.ENDED, execution=request.id, key=key)
        history.write(Kind.SETTLED, execution=request.id, detail="succeeded")

    @app.task(name="bump", bind=True, shared=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def bump(self: Any, key: str, gate: str = "") -> None:
        work(self.request, key, gate)

    @app.task(name="kill_child", bind=True, shared=False)  # type: ignore[untyped-decorator]
    def kill_child(self: Any, key: str) -> None:
        history.write(Kind.STARTED, execution=self.request.id, key=key)
        os.kill(os.getpid(), signal.SIGKILL)

    @app.task(name="kill_worker", bind=True, shared=False)  # type: ignore[untyped-decorator]
    def kill_worker(self: Any, key: str) -> None:
        history.write(Kind.STARTED, execution=self.request.id, key=key)
        os.killpg(0, signal.SIGKILL)


def die_between_pop_and_booking(history: History) -> None:
    """Kill this process in the window that Celery's own transport has: popped, and not booked yet."""

    def die(*_: object) -> None:
        history.write(Kind.KILLED, detail="between pop and booking")
        os.killpg(0, signal.SIGKILL)

    setattr(redis.QoS, "append", die)  # noqa: B010 - type checkers refuse the assignment


def die_before_ack(history: History) -> None:
    """Kill this process once a body is over and its message is not acknowledged yet."""

    def die(*_: object) -> None:
        history.write(Kind.KILLED, detail="before the ack")
        os.killpg(0, signal.SIGKILL)

    setattr(redis.QoS, "ack", die)  # noqa: B010


def main() -> None:
    options = StockOptions.from_json(sys.argv[1])
    history = History(Path(options.folder) / "history.jsonl")
    app = build(options)
    if options.dies_in_fetch:
        die_between_pop_and_booking(history)
    if options.dies_before_ack:
        die_before_ack(history)
    signals.worker_ready.connect(lambda **_: history.write(Kind.UP, lane="stock"), weak=False)
    worker = app.Worker(
        pool=options.pool,
        concurrency=options.concurrency,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    sys.exit(worker.exitcode or 0)


if __name__ == "__main__":
    main()
