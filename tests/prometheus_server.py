"""A real Prometheus of one test: scrapes given addresses every second, and answers queries."""

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final, Self

import httpx

from ports import free_port

START_LIMIT_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.1


class PrometheusServer:
    """Runs `program` with the rules below `ops`, on `targets`: the address of each role."""

    def __init__(self, program: str, folder: Path, ops: Path, targets: Mapping[str, str]) -> None:
        self._program = program
        self._folder = folder
        self._url = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        folder.mkdir()
        shutil.copytree(ops / "prometheus/rules", folder / "rules")
        # JSON is YAML.
        (folder / "prometheus.yml").write_text(json.dumps(_config(targets)), encoding="utf-8")

    def __enter__(self) -> Self:
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [
                self._program,
                f"--config.file={self._folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self._folder / 'storage'}",
                f"--web.listen-address={self._url.removeprefix('http://')}",
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.wait_until("vector(1)", "it answers", START_LIMIT_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
        if self._log is not None:
            self._log.close()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that the expression gives now. Fails with Prometheus' own message."""
        answer = httpx.get(f"{self._url}/api/v1/query", params={"query": expression}, timeout=10)
        body = answer.json()
        assert body["status"] == "success", f"{expression}: {body.get('error')}"
        result = body["data"]["result"]
        return result if isinstance(result, list) else [result]

    def wait_until(self, expression: str, meaning: str, limit_seconds: float = 60.0) -> None:
        """Return once the expression gives a series; `meaning` says what that tells."""
        deadline = time.monotonic() + limit_seconds
        while time.monotonic() < deadline:
            try:
                if self.query(expression):
                    return
            except httpx.TransportError:
                pass  # not up yet; a process that ended is told apart below
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(POLL_SECONDS)
        log = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
        raise AssertionError(f"Prometheus never came so far that {meaning}\n{log[-4000:]}")


def _config(targets: Mapping[str, str]) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s", "scrape_timeout": "1s"},
        "rule_files": ["rules/*.yml"],
        "scrape_configs": [
            {
                "job_name": "service",
                "static_configs": [
                    {"targets": [address], "labels": {"role": role}}
                    for role, address in targets.items()
                ],
            }
        ],
    }
