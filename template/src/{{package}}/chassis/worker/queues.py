"""Measures the broker's queues: how many messages wait, and for how long."""

import asyncio
import json
import time
from typing import Any

from valkey.asyncio import Valkey as AsyncValkey

from ..contracts import DeadLetterKind, Priority
from ..observability import Metrics, get_secure_logger
from ..stores import Keys
from .message import Messages
from .registry import Registry
from .rounds import ROUND_FAILURES, pause, warn_of

_log = get_secure_logger(__name__)


class QueueGauges:
    """Reports depth per priority and the oldest message's age, for one process of the service."""

    def __init__(
        self,
        broker: AsyncValkey,
        messages: Messages,
        keys: Keys,
        registry: Registry,
        metrics: Metrics,
        *,
        interval_seconds: float = 5.0,
    ) -> None:
        self._broker = broker
        self._messages = messages
        self._dead_messages = keys.dead_messages
        self._queues = tuple(sorted({task.queue for task in registry.values()}))
        self._metrics = metrics
        self._interval_seconds = interval_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Measure until ``stop`` is set."""
        while not stop.is_set():
            try:
                await self.run_once()
            except ROUND_FAILURES as error:
                warn_of(_log, "queues not measured; the next round tries again", error)
            await pause(stop, self._interval_seconds)

    async def run_once(self) -> None:
        """Measure every queue and what was buried, in one request."""
        pipeline = self._broker.pipeline(transaction=False)
        for queue in self._queues:
            for priority in Priority:
                key = self._messages.queue_key(queue, priority)
                pipeline.llen(key)
                # Messages enter on the left, so the oldest is the last.
                pipeline.lindex(key, -1)
        pipeline.xlen(self._dead_messages)
        *counts, dead = await pipeline.execute()
        self._metrics.set_dead_letters(DeadLetterKind.MESSAGES, dead)
        found = iter(counts)
        now_ms = time.time_ns() // 1_000_000
        for queue in self._queues:
            depths: dict[Priority, int] = {}
            ages = [0.0]
            for priority in Priority:
                depths[priority] = next(found)
                ages.append(waited_seconds(next(found), now_ms))
            self._metrics.set_queue(queue, depths, max(ages))


def waited_seconds(message: str | None, now_ms: int) -> float:
    """How long a message has waited; 0 when there is none, or none of ours that says so."""
    try:
        headers: Any = json.loads(message or "{}").get("headers", {})
        return max(0.0, (now_ms - float(headers["enqueued_ms"])) / 1000)
    except (ValueError, TypeError, AttributeError, KeyError):
        # Foreign producers set no time, and garbage in a queue must not blind us.
        return 0.0
