"""Counts what the service does: one method for each thing that happens."""

import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, disable_created_metrics

from ..contracts import DeadLetterKind, Outcome, Priority, Verdict
from . import metric_table as table
from .metric_family import MetricFamily
from .metric_row import Role

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Metrics:
    """The metrics of one process. Made once, at start; recording never blocks and never fails.

    ``role`` decides which series exist from the start; None means all of them, for processes that
    play every role. A prefork worker calls ``prepare_multiprocess`` before it makes this.
    """

    def __init__(self, role: Role | None, *, clock: Callable[[], float] = time.time) -> None:
        # A creation time beside every counter would double the series and tell nobody anything.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._role = role
        self._clock = clock
        self._families = {
            row.name: MetricFamily(
                row,
                self.registry,
                exposed=role is None or role in row.roles or bool(row.labels),
                overflowed=self._count_overflow,
            )
            for row in table.METRICS
        }

    def initialise(
        self,
        *,
        tasks: Iterable[str] = (),
        queues: Iterable[str] = (),
        events: Iterable[str] = (),
        routes: Iterable[tuple[str, str]] = (),
        dependencies: Iterable[str] = (),
    ) -> None:
        """Bring every series of this role into being, at zero. ``routes`` are (method, path)."""
        for task in tasks:
            self._start("tasks_submitted", (task,), table.VERDICTS)
            self._start("tasks_finished", (task,), table.OUTCOMES)
            self._start("task_duration_seconds", (), (task,))
            self._start("task_retries", (), (task,))
        for queue in queues:
            self._start("queue_wait_seconds", (), (queue,))
            self._start("tasks_inflight", (), (queue,))
            self._start("queue_depth", (queue,), table.PRIORITIES)
            self._start("queue_oldest_age_seconds", (), (queue,))
        for event in events:
            self._start("event_deliveries", (event,), table.DELIVERY_OUTCOMES)
        for dependency in dependencies:
            self._start("circuit_open", (), (dependency,))
            self._start("circuit_changes", (dependency,), table.CIRCUIT_STATES)
        for method, route in routes:
            self._start("http_request_duration_seconds", (method, route), table.STATUS_CLASSES)
        self._start("poller_runs", (), table.RUN_OUTCOMES)
        self._start("scheduler_runs", (), table.SCHEDULE_OUTCOMES)
        self._start("reconciler_actions", (), table.RECONCILER_ACTIONS)
        self._start("dead_letters", (), table.DEAD_KINDS)
        self._start("auth_failures", (), table.AUTH_FAILURES)

    def set_build(self, *, version: str) -> None:
        self._families["build_info"].set(1, version)

    # ---- Tasks -------------------------------------------------------------------------------

    def record_submitted(self, task: str, verdict: Verdict, policy: str = "") -> None:
        """What admission decided, and which policy it was that decided, where one did."""
        self._families["tasks_submitted"].count(task, verdict)
        if policy:
            self.record_policy(task, policy, verdict)

    def task_started(self, queue: str, wait_seconds: float | None) -> None:
        """A body begins; ``wait_seconds`` since its acceptance, None where that is unknown."""
        self._families["tasks_inflight"].add(1, queue)
        if wait_seconds is not None:
            self._families["queue_wait_seconds"].observe(max(wait_seconds, 0.0), queue)

    def task_finished(self, task: str, queue: str, outcome: Outcome, seconds: float) -> None:
        """The body that ``task_started`` announced has ended, and its outcome is settled."""
        self._families["tasks_inflight"].add(-1, queue)
        self._families["task_duration_seconds"].observe(seconds, task)
        self._families["tasks_finished"].count(task, outcome)

    def task_not_started(self, task: str, outcome: Outcome) -> None:
        """A delivery ended before any body ran: a duplicate, or busy elsewhere."""
        self._families["tasks_finished"].count(task, outcome)

    def record_retry(self, task: str) -> None:
        self._families["task_retries"].count(task)

    def record_policy(self, task: str, policy: str, event: str) -> None:
        self._families["policy_events"].count(task, policy, event)

    def set_circuit(self, dependency: str, state: str) -> None:
        """Whether calls to a dependency are refused at this moment."""
        self._families["circuit_open"].set(state in {"open", "isolated"}, dependency)

    def record_circuit(self, dependency: str, state: str) -> None:
        """A circuit of this process is in another state now."""
        self._families["circuit_changes"].count(dependency, state)

    # ---- Queues and executions, reported by the poller alone ------------------------------------

    def set_queue(
        self, queue: str, depths: Mapping[Priority, int], oldest_age_seconds: float
    ) -> None:
        for priority in Priority:
            depth = depths.get(priority, 0)
            self._families["queue_depth"].set(depth, queue, priority.name.lower())
        self._families["queue_oldest_age_seconds"].set(oldest_age_seconds, queue)

    def set_executions(self, *, open_: int, overdue: int) -> None:
        self._families["executions_open"].set(open_)
        self._families["executions_overdue"].set(overdue)

    def set_dead_letters(self, kind: DeadLetterKind, count: int) -> None:
        self._families["dead_letters"].set(count, kind)

    def record_poll(self, outcome: table.RunOutcome) -> None:
        self._families["poller_runs"].count(outcome)
        if outcome == "done":
            self._families["poller_last_success_timestamp_seconds"].set(self._clock())

    def record_reconciled(self, action: table.ReconcilerAction, count: int = 1) -> None:
        self._families["reconciler_actions"].count(action, by=count)

    # ---- Credits, reported by the poller alone --------------------------------------------------

    def set_credits(self, *, accounts: int, violations: int, entries: int) -> None:
        self._families["credits_accounts_sampled"].set(accounts)
        self._families["credits_conservation_violations"].set(violations)
        self._families["credits_entries_waiting"].set(entries)

    def record_audit(self, *, expired: int, dropped: int) -> None:
        self._families["credits_holds_expired"].count(by=expired)
        self._families["credits_entries_dropped"].count(by=dropped)

    # ---- Events ------------------------------------------------------------------------------

    def set_listener_connected(self, *, connected: bool) -> None:
        self._families["listener_connected"].set(connected)

    def record_reconnect(self) -> None:
        self._families["listener_reconnects"].count()

    def record_message(self) -> None:
        """A doorbell or a broadcast reached the listener."""
        self._families["listener_last_message_timestamp_seconds"].set(self._clock())

    def set_events_waiting(self, count: int) -> None:
        self._families["events_waiting"].set(count)

    def record_delivery(self, event: str, outcome: table.DeliveryOutcome) -> None:
        self._families["event_deliveries"].count(event, outcome)

    # ---- HTTP and schedules ------------------------------------------------------------------

    def http_started(self) -> None:
        self._families["http_requests_in_progress"].add(1)

    def http_finished(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """``route`` is the template of the path, never the path itself; None when none matched."""
        self._families["http_requests_in_progress"].add(-1)
        known_method = method if method in _METHODS else "other"
        labels = (known_method, route or "unmatched", f"{status // 100}xx")
        self._families["http_request_duration_seconds"].observe(seconds, *labels)

    def set_streams(self, count: int) -> None:
        self._families["http_streams"].set(count)

    def record_auth_failure(self, kind: table.AuthFailure) -> None:
        self._families["auth_failures"].count(kind)

    def record_schedule(self, outcome: table.ScheduleOutcome, count: int = 1) -> None:
        self._families["scheduler_runs"].count(outcome, by=count)

    def set_scheduler_leads(self, *, leads: bool) -> None:
        self._families["scheduler_leads"].set(leads)

    def _start(self, name: str, fixed: tuple[str, ...], last: Iterable[str]) -> None:
        family = self._families[name]
        if self._role is None or self._role in family.row.roles:
            for value in last:
                family.declare(*fixed, value)

    def _count_overflow(self, metric: str) -> None:
        self._families["label_overflow"].count(metric)
