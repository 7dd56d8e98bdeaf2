"""Performs deliveries: the same steps in this thread (`def` tasks) or on an event loop (`async def`)."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, Protocol

from ..contracts import Outcome
from ..stores import AsyncStore, Call, Store, take, take_async
from .bodies import Body
from .loop import STOP_SECONDS, LoopThread
from .patience import Pause

# What a delivery asks for, one thing at a time; each gets its answer, or the error, sent back.
Effect = Call[Any] | Body | Pause
# The answers are as various as the effects.
Steps = Generator[Effect, Any, Outcome]
# Told how a delivery ended: its outcome, or what it raised.
Ended = Callable[[Outcome | BaseException], None]


class Performer(Protocol):
    """Takes the steps of deliveries. Its connections and threads are those of one process."""

    def start(self) -> None:
        """Start what it runs on."""

    def hurry(self) -> None:
        """Cut pauses short: the process has to end."""

    def stop(self) -> None:
        """Let interrupted deliveries give back what they hold, and end."""

    def perform(self, steps: Steps) -> Outcome:
        """Take the steps and wait for their end. Raises what they raise."""

    def begin(self, steps: Steps, ended: Ended) -> None:
        """Take the steps, and tell how they ended, maybe later and from another thread."""


class ThreadPerformer:
    """For `def` tasks: one delivery at a time, in the thread that brings it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hurry = threading.Event()

    def start(self) -> None:
        """Nothing to start: connections open at the first call."""

    def hurry(self) -> None:
        """Cut pauses short."""
        self._hurry.set()

    def stop(self) -> None:
        """Nothing to end: whoever opened the store closes it."""

    def perform(self, steps: Steps) -> Outcome:
        """Take the steps here."""
        return take(steps, self._answer)

    def begin(self, steps: Steps, ended: Ended) -> None:
        """Take the steps here and now."""
        try:
            outcome = self.perform(steps)
        except Exception as error:  # noqa: BLE001 - told instead of raised
            ended(error)
        else:
            ended(outcome)

    def _answer(self, effect: Effect) -> object:
        match effect:
            case Call():
                return self._store.run(effect)
            case Body():
                return effect.run_here()
            case Pause():
                return self._hurry.wait(effect.seconds)


class LoopPerformer:
    """For `async def` tasks: all deliveries of the process side by side, on one event loop."""

    def __init__(self, open_store: Callable[[], AsyncStore], concurrency: int) -> None:
        self._open_store = open_store
        # The bodies that may run at once. More deliveries may be here, so that the next one begins
        # in the moment in which a body ends.
        self._slots = asyncio.Semaphore(concurrency)
        self._hurry = asyncio.Event()
        self._thread = LoopThread()
        # The loop itself keeps no hold on its tasks.
        self._deliveries: set[asyncio.Task[Outcome]] = set()

    def start(self) -> None:
        """Start the loop, and make the client on it."""
        self._thread.start()
        self._thread.run(self._open())

    def hurry(self) -> None:
        """Cut pauses short."""
        self._thread.loop.call_soon_threadsafe(self._hurry.set)

    def stop(self) -> None:
        """Wait for the interrupted deliveries for a few seconds, and end the loop."""
        self._thread.run(self._close())
        self._thread.stop()

    def perform(self, steps: Steps) -> Outcome:
        """Take the steps on the loop, and wait in this other thread."""
        return self._thread.run(self._take(steps))

    def begin(self, steps: Steps, ended: Ended) -> None:
        """Take the steps on the loop; ``ended`` is called on its thread."""

        def start() -> None:
            delivery = self._thread.loop.create_task(self._take(steps))
            self._deliveries.add(delivery)
            delivery.add_done_callback(tell)

        def tell(delivery: asyncio.Task[Outcome]) -> None:
            self._deliveries.discard(delivery)
            if delivery.cancelled():
                ended(asyncio.CancelledError())
            else:
                ended(delivery.exception() or delivery.result())

        self._thread.soon(start)

    async def _open(self) -> None:
        self._store = self._open_store()

    async def _close(self) -> None:
        if self._deliveries:
            await asyncio.wait(self._deliveries, timeout=STOP_SECONDS)
        await self._store.close()

    async def _take(self, steps: Steps) -> Outcome:
        await self._slots.acquire()
        with ExitStack() as slot:
            slot.callback(self._slots.release)
            return await take_async(steps, partial(self._answer, slot))

    async def _answer(self, slot: ExitStack, effect: Effect) -> object:
        match effect:
            case Call():
                return await self._store.run(effect)
            case Body():
                # What is left to do behind it is short, and needs nothing but the server.
                with slot:
                    return await effect.run_on_loop()
            case Pause():
                await self._pause(effect.seconds)
                return None

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), seconds)
