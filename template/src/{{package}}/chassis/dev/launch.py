"""`dev`: an embedded Valkey, every process of the service, a key to use it with, and a banner."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, ValidationError

from ..contracts import ConfigurationError, Principal, StoreUnavailable, Task, TaskKind
from ..policies.credits import Credits
from ..stores import ApiKeys, CreditLedger, Keys, Store, ValkeyConfig, connect, make_api_key
from .embedded import EmbeddedValkey
from .ports import next_free_port, with_free_port
from .sample import example_of, run_sample
from .session import Role, Session, run_session
from .session_file import remove_session_file, write_session_file
from .supervisor import Program, Say
from .terminal import Terminal, banner

FOLDER: Final = Path(".dev")
DEVELOPER: Final = Principal(user="developer", roles=frozenset({"operator"}))
KEY_LIFE: Final = timedelta(days=7)
GRANTED_CREDITS: Final = 1_000
READY_LIMIT_SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True)
class Project:
    """What `dev` is told about the service. ``entry`` starts its command line; ports may be taken.

    ``environment`` holds what the processes are told where nobody else said anything.
    """

    name: str
    entry: tuple[str, ...]
    source: Path
    key_prefix: str
    tasks: Mapping[str, Task[Any, Any]]
    valkey_port: int
    api_bind: str
    telemetry_port: int
    environment: Mapping[str, str]
    grace_seconds: float


def launch(project: Project, *, url: str | None, ephemeral: bool, reload: bool, check: bool) -> int:
    """Run everything until interrupted, or until the check is done; returns the exit status."""
    terminal = Terminal()
    opened = _valkey(url, project.valkey_port, ephemeral=ephemeral, say=terminal.say)
    with (
        opened as valkey,
        connect(_config(valkey.url)) as client,
        _developer_key(Store(client), project) as api_key,
    ):
        _grant_credits(Store(client), project)
        session = _session(project, valkey.url, terminal.say)
        run = _Run(project, session, terminal, api_key, valkey)
        return asyncio.run(run.until_done(reload=reload, check=check))


@dataclass(frozen=True, slots=True)
class _Valkey:
    """The server of a run. ``kept`` says in words what becomes of its content."""

    url: str
    kept: str
    embedded: EmbeddedValkey | None = None


class _Run:
    """One run, from the first process to the last."""

    def __init__(
        self,
        project: Project,
        session: Session,
        terminal: Terminal,
        api_key: str,
        valkey: _Valkey,
    ) -> None:
        self.project = project
        self.session = session
        self.terminal = terminal
        self.api_key = api_key
        self.valkey = valkey
        self._ready = asyncio.Event()

    async def until_done(self, *, reload: bool, check: bool) -> int:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        running = asyncio.create_task(
            run_session(
                self.session,
                self.terminal.say,
                on_ready=self._announce,
                stop=stop,
                reload_folder=self.project.source if reload else None,
                valkey=self.valkey.embedded,
            )
        )
        try:
            status = await self._check(stop) if check else 0
            await running
        finally:
            remove_session_file(FOLDER)
        return status

    def _announce(self, programs: Sequence[Program]) -> None:
        write_session_file(FOLDER, self.session.api_url, self.api_key, self.valkey.url)
        text = banner(
            self.project.name,
            api_url=self.session.api_url,
            api_key=self.api_key,
            valkey_url=self.valkey.url,
            kept=self.valkey.kept,
            programs=programs,
            sample=example_of(self.project.tasks),
        )
        self.terminal.show(text)
        self._ready.set()

    async def _check(self, stop: asyncio.Event) -> int:
        waiting = [asyncio.create_task(event.wait()) for event in (self._ready, stop)]
        await asyncio.wait(
            waiting, timeout=READY_LIMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        for each in waiting:
            each.cancel()
        passed = False
        if self._ready.is_set():
            sample = example_of(self.project.tasks)
            passed = await run_sample(self.session.api_url, self.api_key, sample, self.terminal.say)
        elif not stop.is_set():
            limit = f"{READY_LIMIT_SECONDS:g} s"
            self.terminal.say("check", f"not every process was ready within {limit}")
        stop.set()
        return 0 if passed else 1


@contextmanager
def _valkey(url: str | None, wanted_port: int, *, ephemeral: bool, say: Say) -> Iterator[_Valkey]:
    if url is not None:
        yield _Valkey(url, "kept by that server")
        return
    with tempfile.TemporaryDirectory(prefix="valkey-") as passing:
        folder = Path(passing) if ephemeral else FOLDER / "valkey"
        port = next_free_port(wanted_port)
        if port != wanted_port != 0:
            say("dev", f"port {wanted_port} is taken; Valkey gets {port}")
        with EmbeddedValkey(folder, port=port, durable=not ephemeral) as server:
            kept = "lost at the end" if ephemeral else f"kept in {folder}"
            yield _Valkey(server.url, kept, server)


def _config(url: str) -> ValkeyConfig:
    try:
        return ValkeyConfig(url=SecretStr(url))
    except ValidationError as error:
        message = f"--url names no Valkey server; give one like valkey://127.0.0.1:6379/0: {error}"
        raise ConfigurationError(message) from error


@contextmanager
def _developer_key(store: Store, project: Project) -> Iterator[str]:
    keys = ApiKeys(Keys(project.key_prefix))
    now = datetime.now(UTC)
    # It expires by itself should this process be killed.
    record, text = make_api_key(DEVELOPER, now=now, label="dev", expires_at=now + KEY_LIFE)
    store.run(keys.create(record))
    try:
        yield text
    finally:
        # A server that is gone took the key along.
        with suppress(StoreUnavailable):
            store.run(keys.revoke(record.id))


def _grant_credits(store: Store, project: Project) -> None:
    accounts = CreditLedger(Keys(project.key_prefix))
    for task in project.tasks.values():
        for policy in task.policies:
            if isinstance(policy, Credits):
                # One grant per account however often `dev` starts.
                call = accounts.grant(
                    DEVELOPER.tenant,
                    DEVELOPER.user,
                    policy.options.type,
                    GRANTED_CREDITS,
                    "dev",
                )
                store.run(call)


def _session(project: Project, valkey_url: str, say: Say) -> Session:
    api_bind = with_free_port(project.api_bind)
    if api_bind != project.api_bind:
        say("dev", f"{project.api_bind} is taken; the API gets {api_bind}")
    # This server wants no password, and an empty value is none.
    own = {
        "VALKEY_URL": valkey_url,
        "VALKEY_MODE": "standalone",
        "VALKEY_USERNAME": "",
        "VALKEY_PASSWORD": "",
        "BROKER_URL": "",
    }
    twins = {f"{name}_FILE" for name in own}
    inherited = {name: value for name, value in os.environ.items() if name not in twins}
    return Session(
        entry=project.entry,
        roles=tuple(_roles(project.tasks)),
        api_bind=api_bind,
        telemetry_port=project.telemetry_port,
        environment={**project.environment, **inherited, **own},
        grace_seconds=project.grace_seconds,
    )


def _roles(tasks: Mapping[str, Task[Any, Any]]) -> Iterator[Role]:
    """The processes in the order of their start; the API comes last and goes first."""
    for kind in TaskKind:
        if any(task.kind is kind for task in tasks.values()):
            yield Role(f"worker-{kind}", ("worker", "--kind", kind.value))
    yield Role("listener", ("listener",))
    yield Role("poller", ("poller",))
    if any(task.schedule is not None for task in tasks.values()):
        yield Role("scheduler", ("scheduler",))
    yield Role("api", ("api",))
