"""Completion in real shells: kinds, commands, options and their words, names of what gen has made."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generators.bare_service import Answer
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
HOW_TO_GET_IT = "install it with the system's package manager (Debian: apt-get install {})"
LIMIT_SECONDS = 20.0
# What is typed, and the one word that is completed.
CASES = [
    ("gen des", "destroy"),
    ("gen show eve", "event"),
    ("gen show task ch", "charge_card"),
    ("gen show --js", "--json"),
    ("gen upgrade event or", "order_paid"),
    ("gen completion fi", "fish"),
    ("gen task send_invoice --rate", "--rate-limit"),
    ("gen task send_invoice --priority h", "high"),
    ("gen listener mark_order --on or", "order_paid"),
    ("gen poller fx_rates --event or", "order_paid"),
    ("gen poller fx_rates --fallback l", "last_good"),
    ("gen endpoint cards --task ch", "charge_card"),
]


@pytest.fixture
def scripts(service: Project, gen: Gen, tmp_path: Path) -> Path:
    """The scripts of all shells, as files; the service holds a task, an event and a trap."""
    for folder in (".gen", "src/demo_service/events"):
        (service.root / folder).mkdir()
    gen("task", "charge_card")
    gen("event", "order_paid")
    (service.root / ".gen/items/task-$(touch trapped).toml").touch()
    for shell in ("bash", "zsh", "fish"):
        (tmp_path / shell).write_text(gen("completion", shell).out)
    return tmp_path


def run(command: list[str], service: Project) -> list[str]:
    # From below its root, where gen works as well.
    folder = service.root / "src"
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_it_needs_no_service(gen: Gen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert gen("completion", "bash").code == 0


def test_bash_completes(service: Project, scripts: Path) -> None:
    found = {}
    for line, _ in CASES:
        count = len(line.split()) - 1
        asked = f"COMP_WORDS=({line}) COMP_CWORD={count}; _gen; echo ${{COMPREPLY[@]}}"
        found[line] = run(["bash", "-c", f". '{scripts}/bash'\n{asked}"], service)

    assert found == {line: [word] for line, word in CASES}
    assert not list(service.root.rglob("trapped"))


def test_fish_completes(
    service: Project, scripts: Path, require_program: Callable[[str, str], str]
) -> None:
    fish = require_program("fish", HOW_TO_GET_IT.format("fish"))

    found = {
        line: run(
            [fish, "--no-config", "-c", f"source {scripts}/fish; complete -C '{line}'"], service
        )
        for line, _ in CASES
    }

    assert found == {line: [word] for line, word in CASES}
    assert not list(service.root.rglob("trapped"))


def test_zsh_completes_though_nobody_has_called_compinit(
    service: Project, scripts: Path, require_program: Callable[[str, str], str]
) -> None:
    zsh = require_program("zsh", HOW_TO_GET_IT.format("zsh"))

    with terminal([zsh, "-f", "-i"], service.root / "src", home=scripts) as type_and_read:
        # Control-X prints the line that is being written, and throws it away.
        said = "shown() { print -r -- \"<$BUFFER>\"; BUFFER= }; zle -N shown; bindkey '^X' shown"
        type_and_read(f"PS1=; . '{scripts}/zsh'; {said}; echo read''y\n", "ready")
        for line, word in CASES:
            completed = f"{line.rpartition(' ')[0]} {word} "
            type_and_read(f"{line}\t\x18", f"<{completed}>")

    assert not list(service.root.rglob("trapped"))


@contextmanager
def terminal(
    command: list[str], folder: Path, *, home: Path
) -> Iterator[Callable[[str, str], None]]:
    """A program on a terminal of its own: types something, and reads until the answer has come."""
    leader, follower = pty.openpty()
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "dumb"}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=follower, stdout=follower, stderr=follower,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(follower)

        def type_and_read(text: str, answer: str) -> None:
            os.write(leader, text.encode())
            deadline, seen = time.monotonic() + LIMIT_SECONDS, ""
            while answer not in seen:
                left = deadline - time.monotonic()
                assert left > 0, f"{text!r} was not answered by {answer!r}: {seen[-2000:]}"
                if select.select([leader], [], [], left)[0]:
                    seen += os.read(leader, 4096).decode(errors="replace")

        try:
            yield type_and_read
        finally:
            process.kill()
            os.close(leader)
