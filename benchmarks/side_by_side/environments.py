"""One virtual environment per peer, made once and kept in a cache folder."""

import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
INSTALL_SECONDS = 300.0
_SCRIPT = re.compile(r"^# /// script\n((?:#.*\n)+?)# ///$", re.MULTILINE)

# Printed with the results: what a rate depends on.
NAMED = ("celery", "kombu", "dramatiq", "taskiq", "taskiq-redis", "arq", "huey", "rq")
CLIENTS = ("redis", "valkey", "hiredis", "uvloop")


def requirements(module: str) -> list[str]:
    """What a peer's file says that it needs, in the form of inline script metadata."""
    text = (PEERS / f"{module}.py").read_text(encoding="utf-8")
    found = _SCRIPT.search(text)
    if found is None:
        return []
    lines = found[1].splitlines()
    needed = tomllib.loads("\n".join(line.removeprefix("#") for line in lines))["dependencies"]
    return [str(each) for each in needed]


def python_of(module: str, cache: Path) -> Path:
    """The interpreter of a peer's environment, made if it is missing or made for other needs.

    Raises CalledProcessError when something cannot be installed.
    """
    needed = requirements(module)
    folder = cache / module
    python, made_for = folder / "bin" / "python", folder / "made-for"
    if not made_for.is_file() or made_for.read_text(encoding="utf-8") != "\n".join(needed):
        shutil.rmtree(folder, ignore_errors=True)
        install(folder, python, needed)
        made_for.write_text("\n".join(needed), encoding="utf-8")
    return python


def install(folder: Path, python: Path, needed: list[str]) -> None:
    """Make an environment with uv, or without it with what Python brings."""
    if uv := shutil.which("uv"):
        run(uv, "venv", "--quiet", "--python", sys.executable, str(folder))
        run(uv, "pip", "install", "--quiet", "--python", str(python), *needed)
    else:
        venv.create(folder, with_pip=True)
        run(str(python), "-m", "pip", "install", "--quiet", *needed)


def run(*command: str) -> str:
    """What a command prints. Raises CalledProcessError with its last words."""
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=INSTALL_SECONDS
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, stderr=done.stderr[-400:])
    return done.stdout


def versions(python: Path) -> str:
    """The versions in an environment that matter: `arq 0.28.0, redis 5.3.1`."""
    program = (
        "from importlib.metadata import distributions as all\n"
        "print(*sorted({(each.metadata['Name'] or '').lower() + ' ' + each.version"
        " for each in all()}), sep='\\n')"
    )
    installed = dict(line.split(" ", 1) for line in run(str(python), "-c", program).splitlines())
    return ", ".join(f"{name} {installed[name]}" for name in NAMED + CLIENTS if name in installed)
