"""Starts the service in the current folder, uses it over HTTP, and shows what happens.

Runs in the service's own environment; scripts/demo calls it.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from webhook_receiver import Received, receiver

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1
# Copies of the example that make a file large enough to watch.
COPIES = 400


def main() -> int:
    """Tell the story, and stop everything that was started, whatever happens."""
    generated_task = sys.argv[1]
    secret = secrets.token_urlsafe(32)
    with receiver(secret) as received, service(secret) as running:
        summarise(running)
        deliver(running, received)
        quote(running, generated_task)
        show_credits(running)
    tell("   every process has ended, the server last")
    return 0


@dataclass
class Running:
    """The service: its API, its processes' log lines so far, and its command line."""

    client: httpx.Client
    command: str
    environment: dict[str, str]
    lines: list[str]

    def submit(self, task: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Submit a task over HTTP and show its execution until it has ended."""
        answer = self.client.post(f"/tasks/{task}", json=arguments)
        tell(f"   POST /tasks/{task} -> {answer.status_code} {answer.reason_phrase}")
        answer.raise_for_status()
        location = answer.headers["location"]
        tell(f"   Location: {location}")
        shown = ""
        for execution in every_moment(lambda: self.client.get(location).raise_for_status().json()):
            now = in_words(execution)
            if now != shown:
                tell(f"     {now}")
                shown = now
            if execution["state"] not in {"queued", "running"}:
                break
        if execution["state"] != "succeeded":
            message = f"{task} ended as {execution['state']}: {execution.get('error')}"
            raise SystemExit(message)
        result: dict[str, Any] = execution["result"]
        return result

    def until_logged(self, *words: str) -> str:
        """The first log line that holds all these words, as soon as it is there."""
        for _ in every_moment(lambda: None):
            for line in list(self.lines):
                if all(word in line for word in words):
                    return line
        raise AssertionError  # every_moment ends by raising


def summarise(running: Running) -> None:
    """The seed for processors, on the example file and on a long one."""
    tell("\n   a CPU task, in a process of its own: statistics over examples/orders.csv")
    result = running.submit("summarise_csv", {"path": "orders.csv"})
    amount = result["columns"]["amount"]
    words = ", ".join(f"{name} {amount[name]:.2f}" for name in ("mean", "median", "maximum"))
    tell(f"   {result['rows']} orders ({result['bad_rows']} unreadable); amount: {words}")

    header, *rows = Path("examples/orders.csv").read_text().splitlines(keepends=True)
    long = Path("examples/orders-long.csv")
    long.write_text(header + "".join(rows) * COPIES)
    tell(f"\n   the same over {len(rows) * COPIES} rows, to watch its progress")
    try:
        running.submit("summarise_csv", {"path": long.name})
    finally:
        long.unlink()


def deliver(running: Running, received: Received) -> None:
    """The seed for event loops: a webhook to a real receiver, and the event that follows."""
    tell("\n   an async task: a signed webhook to a receiver on this machine")
    payload = {"order": "SO-20417", "total": "85.85"}
    arguments = {"url": received.url, "event": "order.paid", "payload": payload}
    result = running.submit("deliver_webhook", arguments)
    ((body, signature_is_right),) = received.deliveries
    tell(f"   result {json.dumps(result)}; the receiver got {json.dumps(body)}")
    tell(f"   signature: {'right' if signature_is_right else 'WRONG'}")
    if not signature_is_right or body["data"] != payload:
        message = "the receiver did not get what was sent"
        raise SystemExit(message)
    tell("   its event reached the handler in the listener's process:")
    tell(f"     {running.until_logged('webhook delivered', 'order.paid')}")


def quote(running: Running, task: str) -> None:
    """The task that `gen task` wrote a moment ago, untouched."""
    tell(f"\n   the task generated seconds ago: {task}")
    result = running.submit(task, {"weight_grams": 1200, "country": "DE"})
    tell(f"   result {json.dumps(result)}")


def show_credits(running: Running) -> None:
    """What the webhook cost: granted = balance + held + spent."""
    tell("\n   its credits, committed together with its result:")
    told = subprocess.run(
        [running.command, "credits", "show", "webhook", "--user", "developer", "--json"],
        env=running.environment,
        capture_output=True,
        check=True,
        text=True,
    )
    account = json.loads(told.stdout)
    granted, balance, held, spent = (
        account[name] for name in ("granted", "balance", "held", "spent")
    )
    tell(f"     granted {granted} = balance {balance} + held {held} + spent {spent}\n")
    if granted != balance + held + spent or spent != 1:
        message = f"the webhook's credits are not conserved: {account}"
        raise SystemExit(message)


@contextmanager
def service(secret: str) -> Iterator[Running]:
    """Run every process on an embedded Valkey that is gone afterwards, as `dev` does."""
    command = str(Path(sys.executable).parent / project_name())
    session_file = Path(".dev/session.json")
    session_file.unlink(missing_ok=True)
    environment = {**os.environ, "WEBHOOK_SIGNING_SECRET": secret, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [command, "dev", "--ephemeral"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    reader = threading.Thread(target=relay, args=(process, lines))
    reader.start()
    try:
        session = wait_for_session(process, session_file)
        with httpx.Client(
            base_url=session["api_url"],
            headers={"authorization": f"Bearer {session['api_key']}"},
            timeout=PATIENCE_SECONDS,
        ) as client:
            told = {**environment, "VALKEY_URL": session["valkey_url"]}
            yield Running(client, command, told, lines)
    finally:
        # As Ctrl-C in a terminal does.
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
        reader.join()
    if process.returncode != 0:
        message = f"`dev` ended with status {process.returncode}"
        raise SystemExit(message)


def wait_for_session(process: subprocess.Popen[str], session_file: Path) -> dict[str, str]:
    """What `dev` wrote down once every process was ready."""
    for ended in every_moment(process.poll):
        if session_file.exists():
            session: dict[str, str] = json.loads(session_file.read_text())
            return session
        if ended is not None:
            message = f"`dev` ended with status {ended} before it was ready"
            raise SystemExit(message)
    raise AssertionError  # every_moment ends by raising


def relay(process: subprocess.Popen[str], lines: list[str]) -> None:
    """Show what the service says, set back from the story."""
    width = shutil.get_terminal_size((120, 24)).columns
    for line in process.stdout or ():
        text = line.rstrip()
        lines.append(text)
        # Our own questions about the executions would drown the rest.
        if "/executions/" not in text:
            tell(dimmed(f" | {text[: width - 4]}"))


# What is looked at, is whatever the caller asks for.
def every_moment(look: Callable[[], Any]) -> Iterator[Any]:
    """Look again and again, for as long as the patience lasts."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield look()
        time.sleep(POLL_SECONDS)
    message = f"nothing happened for {PATIENCE_SECONDS:g} s"
    raise SystemExit(message)


def tell(text: str) -> None:
    """One line or block at once: two threads speak here."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def dimmed(text: str) -> str:
    """Set back, where the output is a terminal."""
    return f"\033[2m{text}\033[0m" if sys.stdout.isatty() else text


def in_words(execution: dict[str, Any]) -> str:
    """State and progress on one line."""
    progress = execution.get("progress")
    if execution["state"] != "running" or not progress:
        return str(execution["state"])
    return f"running {progress['fraction']:4.0%} {progress['note']}"


def project_name() -> str:
    """The service's command, which its project file names."""
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    command: str = next(iter(project["scripts"]))
    return command


if __name__ == "__main__":
    sys.exit(main())
