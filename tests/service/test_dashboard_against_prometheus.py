"""Every expression of the dashboard, asked of a real Prometheus that scrapes the real service."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from prometheus_server import PrometheusServer
from running_service import RunningService

PACKAGE = "`apt-get install prometheus` brings it"
VARIABLES = {"$__rate_interval": "20s", "$task": ".*", "$queue": ".*"}

USERS = ("rich", "poor")
# Executions of each task that succeed, in each wave.
EACH_KIND = 3


class Receiver(BaseHTTPRequestHandler):
    """Takes webhooks: 503 at first on /busy, which is worth a retry; 404 on /gone, which is not."""

    busy: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        first = self.path.startswith("/busy") and self.headers["webhook-id"] not in self.busy
        self.busy.add(self.headers["webhook-id"])
        self.send_response(503 if first else 404 if self.path == "/gone" else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Say nothing."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def program(require_program: Callable[[str, str], str]) -> str:
    return require_program("prometheus", PACKAGE)


@pytest.fixture(scope="module")
def service(
    program: str, rendered: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    environment = {
        "WEBHOOK_SIGNING_SECRET": "a secret of this test alone",
        "WEBHOOK_PRIVATE_TARGETS": "true",
        "WORKER_CONCURRENCY_SYNC": "2",
        "WORKER_RECONCILE_INTERVAL_SECONDS": "1",
        "MESSAGING_POLL_INTERVAL_SECONDS": "1",
    }
    folder = tmp_path_factory.mktemp("service") / "state"
    with RunningService(rendered("default"), folder, environment) as running:
        yield running


@pytest.fixture(scope="module")
def prometheus(
    program: str,
    service: RunningService,
    receiver: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PrometheusServer]:
    """Has seen two waves of work: a rate needs a time before and a time after."""
    folder = tmp_path_factory.mktemp("prometheus") / "state"
    ops = service.root / "ops"
    service.command("credits", "grant", "webhook", "100", "--user", "rich", "--grant-id", "1")
    keys = {user: service.command("keys", "create", "--user", user).strip() for user in USERS}
    with PrometheusServer(program, folder, ops, service.targets) as running:
        for wave in (1, 2):
            running.wait_until(every_target_scraped(len(service.targets)), "all is scraped")
            cause_traffic(service, keys, receiver, wave)
            running.wait_until(finished(wave), f"wave {wave} has run\n{service.logs()[-6000:]}")
        yield running


def cause_traffic(service: RunningService, keys: dict[str, str], receiver: str, wave: int) -> None:
    """Work of both kinds; a retry, a failure, an event; refusals by the edge and by policies."""

    def webhook(path: str) -> dict[str, Any]:
        return {"url": f"{receiver}{path}", "event": "order.placed", "payload": {"wave": wave}}

    with service.client(keys["rich"]) as rich, service.client(keys["poor"]) as poor:
        with ThreadPoolExecutor(EACH_KIND) as callers:
            taken = callers.map(
                lambda number: [
                    rich.post("/tasks/deliver_webhook", json=webhook(f"/busy/{number}")),
                    rich.post("/tasks/summarise_csv", json={"path": "orders.csv"}),
                ],
                range(EACH_KIND),
            )
        accepted = [answer for pair in taken for answer in pair]
        accepted.append(rich.post("/tasks/deliver_webhook", json=webhook("/gone")))
        assert {answer.status_code for answer in accepted} == {202}, accepted[0].text

        assert poor.post("/tasks/deliver_webhook", json=webhook("/x")).status_code == 402
        assert httpx.post(f"{service.url}/tasks/summarise_csv", json={}).status_code == 401
        for answer in accepted:
            assert rich.get(answer.headers["location"]).status_code == 200


def every_target_scraped(targets: int) -> str:
    return f"count(count_over_time(up[10s]) >= 3 and up == 1) == {targets}"


def finished(waves: int) -> str:
    wanted = {
        'task="deliver_webhook",outcome="succeeded"': EACH_KIND * waves,
        'task="summarise_csv",outcome="succeeded"': EACH_KIND * waves,
        'task="deliver_webhook",outcome="failed"': waves,
    }
    executions = " and on () ".join(
        f"sum(service_tasks_finished_total{{{labels}}}) == {count}"
        for labels, count in wanted.items()
    )
    events = f'sum(service_event_deliveries_total{{outcome="handled"}}) >= {EACH_KIND * waves}'
    return f"{executions} and on () {events}"


def expressions(dashboard: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            expression = target["expr"]
            for variable, value in VARIABLES.items():
                expression = expression.replace(variable, value)
            yield panel["title"], expression


def test_no_panel_of_the_dashboard_is_empty(
    service: RunningService, prometheus: PrometheusServer
) -> None:
    path = service.root / "ops/grafana/dashboards/service.json"

    empty = [
        f"{title}: {expression}"
        for title, expression in expressions(json.loads(path.read_text(encoding="utf-8")))
        if not any(series["value"][1] != "NaN" for series in prometheus.query(expression))
    ]

    assert empty == []


def test_every_recording_rule_gives_a_series(
    service: RunningService, prometheus: PrometheusServer
) -> None:
    rules = (service.root / "ops/prometheus/rules/recording.yml").read_text(encoding="utf-8")
    names = [line.split()[-1] for line in rules.splitlines() if "record:" in line]

    assert [name for name in names if not prometheus.query(name)] == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("sum(service_tasks_inflight)", 0),
        ("sum(service_queue_depth)", 0),
        ('sum(service_auth_failures_total{kind="missing"})', 2),
        ('sum(service_policy_events_total{policy="credits",event="insufficient"})', 2),
        ('sum(service_task_retries_total{task="deliver_webhook"})', EACH_KIND * 2),
        ("sum(service_label_overflow_total) or vector(0)", 0),
        ('count(up{job="service"} == 1)', 6),
        ('count(ALERTS{alertstate="firing", alertname!~"TaskErrorBudget.*"}) or vector(0)', 0),
    ],
    ids=[
        "nothing runs any more",
        "no queue holds anything",
        "each caller without a key was counted",
        "each refusal by credits was counted",
        "each retry was counted",
        "no metric has too many labels",
        "every process is there",
        "no alert fires but that on failures",
    ],
)
def test_the_numbers_are_those_of_what_happened(
    prometheus: PrometheusServer, expression: str, expected: float
) -> None:
    (series,) = prometheus.query(expression)

    assert float(series["value"][1]) == expected


def test_the_service_stays_within_its_budget_of_series(prometheus: PrometheusServer) -> None:
    counts = prometheus.query("scrape_samples_scraped")

    assert all(float(series["value"][1]) < 2_000 for series in counts)
