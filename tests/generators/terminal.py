"""A real terminal with gen in it: what it shows, and what a person types."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

PATIENCE_SECONDS: Final = 30
# Makes the terminal that of the process, so that Ctrl-C reaches it as a person's does.
_START: Final = (
    "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "from valkey_chassis.cli import main; sys.exit(main())"
)


class Terminal:
    """One run of gen that reads from a terminal and writes to it."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self._shown = b""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, *words],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def wait_for(self, text: str) -> None:
        """Read on until ``text`` was shown; what came before is not looked at again."""
        while text.encode() not in self._shown:
            assert self._read(), f"{text!r} was never shown, but: {self._shown!r}"
        self._shown = self._shown.partition(text.encode())[2]

    def type(self, text: str) -> None:
        """Type it."""
        os.write(self._ours, text.encode())

    def end(self) -> tuple[int, str]:
        """Its exit code, and the rest of what it showed."""
        while self._read():
            pass
        code = self._process.wait(timeout=PATIENCE_SECONDS)
        return code, self._shown.decode().replace("\r\n", "\n")

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE_SECONDS)
        assert ready, f"nothing was shown any more after: {self._shown!r}"
        try:
            more = os.read(self._ours, 4096)
        except OSError:
            # Linux says so when the other end is closed.
            return False
        self._shown += more
        return bool(more)
