"""One run of `dev`: which processes, on which ports, with which environment."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from ..contracts import ConfigurationError
from .embedded import EmbeddedValkey
from .ports import next_free_port
from .supervisor import Program, Say, Supervisor

SERVER_CHECK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Role:
    """One process of the service: its name, and the words that start it."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """Everything a run needs to know. ``entry`` starts the service's command line.

    ``telemetry_port`` is the first process's; the others get those behind it. 0 takes any.
    """

    entry: tuple[str, ...]
    roles: tuple[Role, ...]
    api_bind: str
    telemetry_port: int
    environment: Mapping[str, str]
    grace_seconds: float

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://{self.api_bind}"

    def programs(self) -> tuple[Program, ...]:
        """One program per role, each with a telemetry port of its own."""
        taken: set[int] = set()
        return tuple(self._program(role, taken) for role in self.roles)

    def _program(self, role: Role, taken: set[int]) -> Program:
        port = next_free_port(self.telemetry_port and self.telemetry_port + len(taken), taken)
        taken.add(port)
        telemetry = f"127.0.0.1:{port}"
        own = {"TELEMETRY_BIND": telemetry, "API_BIND": self.api_bind}
        ready_at = self.api_bind if role.name == "api" else telemetry
        return Program(
            name=role.name,
            command=(*self.entry, *role.words),
            environment={**self.environment, **own},
            ready_url=f"http://{ready_at}/readyz",
        )


async def run_session(
    session: Session,
    say: Say,
    *,
    on_ready: Callable[[Sequence[Program]], None],
    stop: asyncio.Event,
    reload_folder: Path | None = None,
    valkey: EmbeddedValkey | None = None,
) -> None:
    """Run every process, and the embedded server below them, until ``stop`` is set.

    With a folder, the processes restart when it changes.
    """
    programs = session.programs()
    supervisor = Supervisor(programs, say, grace_seconds=session.grace_seconds)
    watching = []
    if reload_folder is not None:
        watching.append(asyncio.create_task(_reload(supervisor, reload_folder, say)))
    if valkey is not None:
        watching.append(asyncio.create_task(keep_running(valkey, say)))
    try:
        await supervisor.run(lambda: on_ready(programs), stop)
    finally:
        for each in watching:
            each.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


async def keep_running(valkey: EmbeddedValkey, say: Say) -> NoReturn:
    """Start the embedded server again whenever it ends by itself."""
    while True:
        await asyncio.sleep(SERVER_CHECK_SECONDS)
        if not valkey.is_running:
            say("valkey", f"ended by itself; starting it again, see {valkey.log}")
            try:
                await asyncio.to_thread(valkey.start)
            except ConfigurationError as error:
                say("valkey", f"{error}; trying again")


async def _reload(supervisor: Supervisor, folder: Path, say: Say) -> None:
    # A development dependency.
    from watchfiles import PythonFilter, awatch

    async for changes in awatch(folder, watch_filter=PythonFilter()):
        names = sorted(Path(path).name for _, path in changes)
        say("dev", f"{', '.join(names[:3])} changed; restarting every process")
        await supervisor.restart_all()
