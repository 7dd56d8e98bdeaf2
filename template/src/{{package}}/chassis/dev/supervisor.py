"""Keeps the processes of a service running on one machine: start, watch, restart, stop."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

from .lifeline import on_lifeline

READINESS_POLL_SECONDS: Final = 0.1
FIRST_RESTART_WAIT_SECONDS: Final = 0.5
LONGEST_RESTART_WAIT_SECONDS: Final = 30.0
# A process that lived this long had a good start: the next crash is a new story.
STEADY_SECONDS: Final = 30.0
LONGEST_LINE_BYTES: Final = 1 << 20

Say = Callable[[str, str], None]
"""Takes the name of a program and one line about it or from it."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running; ready once ``ready_url`` answers 200."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready_url: str


@dataclass(slots=True)
class _Running:
    program: Program
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    crashes: int = 0
    # Why the process ends, when it is our doing.
    wanted_down: bool = False


class Supervisor:
    """Runs the programs until told to stop. The last one is the way in, so it ends first.

    A program that ends by itself is started again, after a wait that doubles with every crash,
    while the others go on.
    """

    def __init__(self, programs: Sequence[Program], say: Say, *, grace_seconds: float) -> None:
        self._running = [_Running(program) for program in programs]
        self._say = say
        self._grace_seconds = grace_seconds
        self._stopping = asyncio.Event()

    async def run(self, on_ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Return once ``stop`` is set and every process has ended."""
        async with asyncio.TaskGroup() as group:
            keepers = [group.create_task(self._keep(each)) for each in self._running]
            announcer = group.create_task(self._announce(on_ready))
            await stop.wait()
            self._stopping.set()
            announcer.cancel()
            *others, way_in = self._running
            await self._end(way_in)
            await asyncio.gather(*(self._end(each) for each in others))
            await asyncio.wait(keepers)

    async def restart_all(self) -> None:
        """End every process gently; each comes back at once, with the code as it is now."""
        for each in self._running:
            each.wanted_down = each.process is not None and each.process.returncode is None
        await asyncio.gather(*(self._end(each) for each in self._running))

    async def _announce(self, on_ready: Callable[[], None]) -> None:
        await asyncio.gather(*(each.ready.wait() for each in self._running))
        on_ready()

    async def _keep(self, each: _Running) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            status = await self._run_once(each)
            if each.wanted_down:
                each.wanted_down, each.crashes = False, 0
            elif not self._stopping.is_set():
                steady = time.monotonic() - started > STEADY_SECONDS
                each.crashes = 1 if steady else each.crashes + 1
                await self._wait_after_crash(each, status)

    async def _run_once(self, each: _Running) -> int:
        process = await asyncio.create_subprocess_exec(
            *on_lifeline(each.program.command),
            env=dict(each.program.environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LONGEST_LINE_BYTES,
            # Ctrl-C in the terminal is for us alone: we stop the others in order.
            start_new_session=True,
        )
        each.process = process
        if self._stopping.is_set():
            # It was on its way up while the others were told to end.
            await self._end(each)
        watcher = asyncio.create_task(self._watch_readiness(each))
        try:
            await self._relay(each.program.name, process.stdout)
            return await process.wait()
        finally:
            if process.stdin is not None:
                process.stdin.close()
            watcher.cancel()
            each.ready.clear()

    async def _relay(self, name: str, lines: asyncio.StreamReader | None) -> None:
        while lines is not None:
            try:
                line = await lines.readline()
            except ValueError:
                self._say(name, f"(a line longer than {LONGEST_LINE_BYTES} bytes is left out)")
                continue
            if not line:
                return
            self._say(name, line.decode(errors="replace").rstrip("\n"))

    async def _watch_readiness(self, each: _Running) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.get(each.program.ready_url)
                    if answer.status_code == httpx.codes.OK:
                        each.ready.set()
                        return
                await asyncio.sleep(READINESS_POLL_SECONDS)

    async def _wait_after_crash(self, each: _Running, status: int) -> None:
        wait_seconds = restart_wait(each.crashes)
        self._say(each.program.name, f"ended with status {status}; again in {wait_seconds:g} s")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), wait_seconds)

    async def _end(self, each: _Running) -> None:
        process = each.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self._grace_seconds)
        except TimeoutError:
            self._say(each.program.name, f"still there after {self._grace_seconds:g} s; killed")
            _kill_group(process.pid)
            await process.wait()


def restart_wait(crashes: int) -> float:
    """Seconds to wait after so many crashes in a row."""
    return min(FIRST_RESTART_WAIT_SECONDS * 2.0 ** (crashes - 1), LONGEST_RESTART_WAIT_SECONDS)


def _kill_group(pid: int) -> None:
    # A worker's pool processes share its group and would outlive it.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
